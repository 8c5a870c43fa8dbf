"""Object stores, against an S3 server that is not ours: moto's, on loopback."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import QUICKSTART, REPOSITORY

import gradatim

boto3 = pytest.importorskip("boto3")
server = pytest.importorskip("moto.server")

SAYS_WHERE = {"manifest.json", "pipeline.lock.toml", "SHA256SUMS"}


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """A client of a server with the sample in a bucket, which the environment names."""
    moto = server.ThreadedMotoServer(port=0)
    moto.start()
    host, port = moto.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "who",
        "AWS_SECRET_ACCESS_KEY": "hush",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3")
    client.create_bucket(Bucket="lake")
    for file in sorted((REPOSITORY / "data").glob("openr1/*.parquet")) + [REPOSITORY / "data/s1k/train.jsonl.gz"]:
        client.upload_file(str(file), "lake", f"{file.parent.name}/{file.name}")
    yield client
    moto.stop()


def objects(client: Any, folder: str) -> dict[str, str]:
    """Each object of a folder with its hash."""
    pages = client.get_paginator("list_objects_v2").paginate(Bucket="lake", Prefix=f"{folder}/")
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
    read = {key: client.get_object(Bucket="lake", Key=key)["Body"].read() for key in keys}
    return {key.removeprefix(f"{folder}/"): hashlib.sha256(text).hexdigest() for key, text in read.items()}


def files(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def test_sources_pool_and_output_on_s3_give_the_same_bytes(lake: Any, made: gradatim.commands.Run, tmp_path: Path) -> None:
    there = {"openr1": "s3://lake/openr1", "s1k": "s3://lake/s1k/train.jsonl.gz"}
    run = gradatim.run(QUICKSTART, "s3://lake/out", sources=there, pool="s3://lake/pool")
    assert run.out == "s3://lake/out"
    here = tmp_path / "here"
    gradatim.run(QUICKSTART, here, sources=there, pool=tmp_path / "pool")
    assert objects(lake, "out") == files(here)
    without = {name: sum for name, sum in files(Path(made.out)).items() if Path(name).name not in SAYS_WHERE}
    assert without == {name: sum for name, sum in files(here).items() if Path(name).name not in SAYS_WHERE}
    assert gradatim.check("s3://lake/out") and gradatim.check(here)
    parts = {name.rsplit("/", 1)[0] for name in objects(lake, "pool")}
    sealed = {name.rsplit("/", 1)[0] for name in objects(lake, "pool") if name.endswith("part.json")}
    assert len(parts) == 3 and parts == sealed
    with pytest.raises(gradatim.UsageError, match="in the way"):
        gradatim.run(QUICKSTART, "s3://lake/out", sources=there, pool="s3://lake/pool")
    with pytest.raises(gradatim.UsageError, match="object store"):
        gradatim.load("s3://lake/out", "random-r1-100")


def test_what_nobody_finds_is_told(lake: Any) -> None:
    with pytest.raises(gradatim.UsageError, match="names no file"):
        gradatim.audit("s3://lake/none")
    with pytest.raises(gradatim.UsageError, match="there is no `s3://elsewhere`"):
        gradatim.audit("s3://elsewhere/rows")
