"""Work outside the web process, whatever it is: ordered, waited for, followed, cancelled by file.

An `executor` takes orders; `here` is the one of this machine, which starts one child process at a
time, and `cluster` that of a Dask cluster's workers. What is known of a `job` stands in its folder:
the `queue` holds what waits, `progress` what the job says, `eta` reckons how long it will take. The
child is a `worker` behind the `lock`, and `interruption` ends it before its time.
"""
