"""Jobs on other machines: a Dask cluster behind the interface of `jobs.executor`.

The side that asks imports no TensorFlow, and Dask only here: `distribution` is the executor, a
`connection` reaches the scheduler, `markers` are what is known on disk of jobs that are away, a
`trip` follows one of them, and `placement` says which worker gets it. Both sides pack `parcels` of
bytes and compare `versions`. On the workers `remote_job` does a job in a `bound_process`, which
ends with its worker.
"""
