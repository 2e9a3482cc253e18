import hashlib
import io
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest

from mnist_models.data import download, mnist
from mnist_models.data import sample as sample_module
from mnist_models.data.dataset import Dataset
from mnist_models.data.download import DatasetError
from mnist_models.data.loading import load_dataset
from mnist_models.data.sample import load_sample

SHAPES = {"x_train": (12, 28, 28), "y_train": (12,), "x_test": (4, 28, 28), "y_test": (4,)}


def _arrays() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    arrays = {
        name: rng.integers(0, 256 if name.startswith("x") else 10, shape).astype(np.uint8)
        for name, shape in SHAPES.items()
    }
    arrays["y_train"][:10] = np.arange(10)
    return arrays


def _npz(arrays: dict[str, np.ndarray]) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=True, **arrays)
    return file.getvalue()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home directory of the test's own, and no MNIST anywhere."""
    for variable in ("MNIST_NPZ", "KERAS_HOME"):
        monkeypatch.delenv(variable, raising=False)
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    monkeypatch.setenv("no_proxy", "*")
    return tmp_path / "home"


@pytest.fixture
def published(home: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A tiny "MNIST" that the module takes for the published one, at an address nobody answers."""
    content = _npz(_arrays())
    source = replace(
        mnist.MNIST,
        url="http://127.0.0.1:1/mnist.npz",
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        fingerprint=Dataset("mnist", **_arrays()).fingerprint,
        shapes=SHAPES,
    )
    monkeypatch.setattr(mnist, "MNIST", source)
    return content


@pytest.fixture
def cached(home: Path, published: bytes) -> Path:
    """Where Keras' cache has the file; the folder is there, the file is not."""
    path = home / ".keras" / "datasets" / "mnist.npz"
    path.parent.mkdir(parents=True)
    return path


@pytest.fixture
def serve(published: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[str]]]:
    """Serve bytes on this machine as the published file; returns the paths asked for so far."""
    servers: list[HTTPServer] = []

    def start(body: bytes, *, status: int = 200, promised: int | None = None) -> list[str]:
        requests: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                requests.append(self.path)
                self.send_response(status)
                self.send_header("Content-Length", str(promised or len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        servers.append(server)
        url = f"http://127.0.0.1:{server.server_port}/mnist.npz"
        monkeypatch.setattr(mnist, "MNIST", replace(mnist.MNIST, url=url))
        return requests

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


# Download


def test_mnist_is_downloaded_once_and_then_read_from_the_cache(cached, published, serve):
    requests = serve(published)
    assert mnist.find_mnist() is None
    first = mnist.load_mnist()
    assert mnist.find_mnist() == cached
    assert mnist.load_mnist().fingerprint == first.fingerprint
    assert requests == ["/mnist.npz"]
    assert cached.read_bytes() == published
    assert list(cached.parent.iterdir()) == [cached]


def test_the_cache_folder_is_made_if_it_is_missing(home, published, serve):
    serve(published)
    assert mnist.download_mnist() == home / ".keras" / "datasets" / "mnist.npz"


def test_progress_grows_to_the_whole_size(cached, published, serve, monkeypatch):
    monkeypatch.setattr(download, "_BLOCK_BYTES", 1000)
    serve(published)
    calls: list[tuple[int, int]] = []
    load_dataset("mnist", progress=lambda done, total: calls.append((done, total)))
    assert len(calls) > 2
    assert calls == sorted(set(calls))
    assert calls[-1] == (len(published), len(published))
    assert {total for _, total in calls} == {len(published)}


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError("the pipe to the page broke")])
def test_a_progress_that_raises_cancels_and_leaves_nothing(cached, published, serve, error):
    serve(published)

    def cancel(done: int, total: int) -> None:
        raise error

    with pytest.raises(error if isinstance(error, type) else type(error)) as caught:
        mnist.download_mnist(cancel)
    assert not isinstance(caught.value, DatasetError)
    assert list(cached.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("tamper", "reason"),
    [
        (lambda body: body[:-100], "broke off"),
        (lambda body: b"", "broke off"),
        (lambda body: body[:-1] + b"?", "SHA-256"),
        (lambda body: body + b"?", "larger"),
    ],
    ids=["truncated", "empty", "other bytes", "longer"],
)
def test_a_download_that_is_not_the_published_file_is_refused_and_removed(
    cached, published, serve, tamper, reason
):
    serve(tamper(published))
    with pytest.raises(DatasetError, match=reason) as caught:
        mnist.load_mnist()
    assert mnist.MNIST.url in str(caught.value)
    assert "--dataset sample" in str(caught.value)
    assert list(cached.parent.iterdir()) == []


def test_a_connection_that_closes_early_is_a_truncated_download(cached, published, serve):
    serve(published[:1000], promised=len(published))
    with pytest.raises(DatasetError, match="broke off after 1,000 of"):
        mnist.load_mnist()
    assert list(cached.parent.iterdir()) == []


def test_an_endless_download_is_stopped_one_byte_past_the_published_size(cached, published, serve):
    serve(published + bytes(2**20))
    seen: list[int] = []
    with pytest.raises(DatasetError, match="larger"):
        mnist.download_mnist(lambda done, total: seen.append(done))
    assert max(seen) == len(published) + 1


def _assert_says_how_to_go_on_without(error: DatasetError) -> None:
    for words in ("no MNIST on this machine", "could not be downloaded", mnist.MNIST.url):
        assert words in str(error)
    for next_step in ("MNIST_NPZ", "--dataset sample"):
        assert next_step in str(error)


def test_a_refused_connection_says_how_to_go_on_without(cached):
    with pytest.raises(DatasetError, match="refused") as caught:
        mnist.load_mnist()
    _assert_says_how_to_go_on_without(caught.value)
    assert list(cached.parent.iterdir()) == []


def test_an_http_error_says_how_to_go_on_without(cached, serve):
    serve(b"not here", status=404)
    with pytest.raises(DatasetError, match="404") as caught:
        mnist.load_mnist()
    _assert_says_how_to_go_on_without(caught.value)
    assert list(cached.parent.iterdir()) == []


def test_a_cache_that_cannot_be_written_is_a_dataset_error(home, published, serve):
    serve(published)
    home.write_text("a file where the folder should be")
    with pytest.raises(DatasetError) as caught:
        mnist.load_mnist()
    _assert_says_how_to_go_on_without(caught.value)
    assert str(home) not in str(caught.value)  # visitors read it


def test_without_leave_to_download_nothing_is_asked_for(cached, published, serve):
    requests = serve(published)
    with pytest.raises(DatasetError, match=r"no MNIST on this machine.*MNIST_NPZ.*sample"):
        mnist.load_mnist(download=False)
    assert requests == []


def test_what_lies_in_the_cache_is_never_overwritten(cached, published, serve):
    requests = serve(published)
    cached.write_bytes(b"something else")
    assert mnist.download_mnist() == cached
    with pytest.raises(DatasetError, match="Move or delete it") as caught:
        mnist.load_mnist()
    assert "mnist.npz in the cache of Keras" in str(caught.value)
    assert str(cached.parent) not in str(caught.value)
    assert cached.read_bytes() == b"something else"
    assert requests == []


# Where MNIST is looked for


def test_mnist_npz_beats_the_cache(cached, published, tmp_path, monkeypatch):
    cached.write_bytes(b"damaged")
    monkeypatch.setenv("MNIST_NPZ", str(tmp_path / "own.npz"))
    (tmp_path / "own.npz").write_bytes(published)
    assert mnist.find_mnist() == tmp_path / "own.npz"
    assert mnist.load_mnist().name == "mnist"


def test_an_empty_mnist_npz_counts_as_unset(cached, published, monkeypatch):
    cached.write_bytes(published)
    monkeypatch.setenv("MNIST_NPZ", "")
    assert mnist.find_mnist() == cached


def test_keras_home_is_honoured(cached, published, serve, tmp_path, monkeypatch):
    serve(published)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "elsewhere"))
    assert mnist.download_mnist() == tmp_path / "elsewhere" / "datasets" / "mnist.npz"
    assert mnist.find_mnist() == tmp_path / "elsewhere" / "datasets" / "mnist.npz"
    assert not cached.exists()


def test_a_missing_file_in_mnist_npz_is_named_and_not_replaced_by_a_download(
    cached, published, serve, tmp_path, monkeypatch
):
    requests = serve(published)
    missing = tmp_path / "missing.npz"
    monkeypatch.setenv("MNIST_NPZ", str(missing))
    assert mnist.find_mnist() == missing
    with pytest.raises(DatasetError, match=r"missing\.npz does not exist.*MNIST_NPZ"):
        mnist.load_mnist()
    assert requests == []
    assert not missing.exists()


# Files that are not MNIST


@pytest.fixture
def own(published: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that MNIST_NPZ names; it is not there yet."""
    monkeypatch.setenv("MNIST_NPZ", str(tmp_path / "own.npz"))
    return tmp_path / "own.npz"


def _assert_refused(path: Path, reason: str) -> None:
    before = path.read_bytes()
    with pytest.raises(DatasetError, match=reason) as caught:
        mnist.load_mnist()
    assert str(caught.value).startswith(f"{path.name} ")
    assert str(path.parent) not in str(caught.value)  # visitors read it
    assert "Set MNIST_NPZ to a sound copy" in str(caught.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize("kept", [0, 1, 100, -1000, -1])
def test_a_truncated_file_is_named_and_kept(own, published, kept):
    own.write_bytes(published[:kept])
    _assert_refused(own, "damaged")


@pytest.mark.parametrize("position", range(40, 2000, 397))
def test_a_flipped_byte_never_goes_unnoticed(own, published, position):
    damaged = bytearray(published)
    damaged[position] ^= 0xFF
    own.write_bytes(damaged)
    _assert_refused(own, r"own\.npz")


def test_a_file_that_is_no_npz_is_refused(own):
    np.save(own.with_suffix(".npy"), np.zeros(3))
    own.write_bytes(own.with_suffix(".npy").read_bytes())
    _assert_refused(own, r"not an \.npz file")


@pytest.mark.parametrize("name", SHAPES)
def test_a_missing_array_is_named(own, name):
    own.write_bytes(_npz({key: array for key, array in _arrays().items() if key != name}))
    _assert_refused(own, f"has no array {name}")


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("x_train", lambda a: a.reshape(-1, 784), r"x_train as \(12, 784\)"),
        ("x_test", lambda a: a[:-1], r"x_test as \(3, 28, 28\)"),
        ("y_train", lambda a: np.eye(10)[a], r"y_train as \(12, 10\)"),
        ("x_train", lambda a: a / np.float32(255), "float32"),
        ("y_test", lambda a: a.astype(np.int64), "int64"),
        ("y_train", lambda a: a.astype(object), "object"),
        ("y_train", lambda a: a + np.uint8(1), "labels up to 10 in y_train"),
        ("x_train", lambda a: a[::-1], "other contents, as Fashion-MNIST has"),
        ("y_test", lambda a: a[::-1], "other contents, as Fashion-MNIST has"),
    ],
)
def test_arrays_that_are_not_mnists_are_refused(own, name, change, reason):
    arrays = _arrays()
    own.write_bytes(_npz(arrays | {name: change(arrays[name])}))
    _assert_refused(own, reason)


def test_the_same_contents_are_mnist_however_they_are_stored(own):
    arrays = _arrays()
    np.savez(
        own, allow_pickle=False, **(arrays | {"x_train": np.asfortranarray(arrays["x_train"])})
    )
    np.testing.assert_array_equal(mnist.load_mnist().x_train, arrays["x_train"])


def _write_members(path: Path, compression: int, extra: bytes = b"") -> None:
    """Write the tiny MNIST with `extra` bytes after the numbers of each array."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, array in _arrays().items():
            member = io.BytesIO()
            np.save(member, array)
            archive.writestr(f"{name}.npy", member.getvalue() + extra)


def test_a_member_that_would_unpack_to_more_than_mnist_is_refused_unread(own, monkeypatch):
    def read_array(*_: object, **__: object) -> None:
        pytest.fail("the member was decompressed")

    _write_members(own, zipfile.ZIP_DEFLATED, extra=bytes(2**20))
    monkeypatch.setattr(np.lib.format, "read_array", read_array)
    _assert_refused(own, "bytes of x_train")


def test_a_compression_without_bounds_is_refused(own):
    pytest.importorskip("bz2")
    _write_members(own, zipfile.ZIP_BZIP2)
    _assert_refused(own, "compression")


def test_a_file_too_large_for_mnist_is_refused_unopened(own, published, monkeypatch):
    monkeypatch.setattr(mnist, "_MAX_FILE_BYTES", len(published) - 1)
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("the file was opened"))
    own.write_bytes(published)
    _assert_refused(own, "too large")


def test_a_directory_is_refused(own):
    own.mkdir()
    with pytest.raises(DatasetError, match=r"own\.npz is not a file\. Set MNIST_NPZ"):
        mnist.load_mnist()


def test_an_unreadable_file_is_named_with_the_reason(own, published, monkeypatch):
    def refuse(*_: object) -> None:  # file modes do not stop the superuser
        raise PermissionError(13, "Permission denied")

    own.write_bytes(published)
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DatasetError, match=r"own\.npz cannot be read \(Permission denied\)"):
        mnist.load_mnist()


def test_an_unknown_dataset_is_answered_with_the_choices(home):
    with pytest.raises(DatasetError, match=r"'cifar'.*mnist, pens, sample"):
        load_dataset("cifar")


# The real MNIST


def test_mnist_is_what_it_is_known_to_be(mnist_npz, home, monkeypatch):
    monkeypatch.setenv("MNIST_NPZ", str(mnist_npz))
    dataset = load_dataset("mnist")
    assert dataset.name == "mnist"
    assert dataset.x_train.shape == (60_000, 28, 28)
    assert dataset.x_test.shape == (10_000, 28, 28)
    assert {a.dtype for a in (dataset.x_train, dataset.y_train, dataset.x_test)} == {
        np.dtype(np.uint8)
    }
    assert dataset.y_train[:5].tolist() == [5, 0, 4, 1, 9]
    assert np.bincount(dataset.y_test).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009
    ]  # fmt: skip
    assert dataset.fingerprint == mnist.MNIST.fingerprint


# The sample


@pytest.fixture(scope="module")
def sample() -> Dataset:
    return load_dataset("sample")


def test_the_sample_has_all_rows_and_classes(sample):
    assert sample.name == "sample"
    assert sample.x_train.shape == (1347, 28, 28)
    assert sample.x_test.shape == (450, 28, 28)
    assert sample.x_train.dtype == sample.y_train.dtype == np.uint8
    for y in (sample.y_train, sample.y_test):
        assert np.unique(y).tolist() == list(range(10))


def test_the_samples_labels_are_scikit_learns(sample):
    from sklearn import datasets

    labels = np.concatenate((sample.y_train, sample.y_test))
    carried = Path(datasets.__file__).parent / "data" / "digits.csv.gz"
    assert sample_module.SAMPLE_FILE.read_bytes() == carried.read_bytes()
    np.testing.assert_array_equal(labels, datasets.load_digits(return_X_y=True)[1])


def test_the_sample_has_mnists_geometry(sample):
    x = np.concatenate((sample.x_train, sample.x_test)).astype(float)
    ink = x > 0
    heights = ink.any(axis=2).sum(axis=1)
    widths = ink.any(axis=1).sum(axis=1)
    assert set(np.maximum(heights, widths)) <= {19, 20}  # faint edges may round to black
    rows = (x.sum(axis=2) @ np.arange(28)) / x.sum(axis=(1, 2))
    columns = (x.sum(axis=1) @ np.arange(28)) / x.sum(axis=(1, 2))
    assert np.abs(rows - 14).max() <= 0.6
    assert np.abs(columns - 14).max() <= 0.6


def test_the_samples_strokes_are_as_heavy_as_mnists(sample):
    assert sample.x_train.mean() == pytest.approx(33.3, rel=0.1)  # of MNIST's training set
    assert (sample.x_train > 200).mean() > 0.07  # strokes are white, not a grey blur


def test_the_sample_is_the_same_each_time(sample):
    assert load_sample().fingerprint == sample.fingerprint


def test_the_fingerprint_depends_on_every_array(sample):
    names = ("x_train", "y_train", "x_test", "y_test")
    changed = {replace(sample, **{n: getattr(sample, n)[::-1]}).fingerprint for n in names}
    assert len(changed | {sample.fingerprint}) == 5


def test_the_sample_is_loaded_without_importing_scikit_learn(sample):
    heavy = "{'sklearn', 'scipy', 'tensorflow', 'keras', 'streamlit'}"
    code = (
        "import sys; from mnist_models.data.sample import load_sample; load_sample(); "
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    root = Path(mnist.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.filterwarnings("ignore:loadtxt")  # NumPy warns of the empty file, too
@pytest.mark.parametrize("content", [None, b"", b"not gzip", b"\x1f\x8b\x08\x00cut"])
def test_a_damaged_sample_file_is_named(tmp_path, monkeypatch, content):
    path = tmp_path / "digits.csv.gz"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setattr(sample_module, "SAMPLE_FILE", path)
    with pytest.raises(DatasetError, match=r"digits\.csv\.gz.*install this program again"):
        load_sample()
