"""One real local Spark for all tests: two cores, a task may fail twice."""

import os
import shutil
import sys
import warnings

import pytest


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    pytest.importorskip("pyspark", minversion="4")
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        pytest.skip("Spark needs Java")
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    folder = tmp_path_factory.mktemp("spark")
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "4",
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.memory": "2g",
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Spark's own, about versions of pandas it does not need here
        session = SparkSession.builder.master("local[2,3]")
        for name, value in settings.items():
            session = session.config(name, value)
        session = session.getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        yield session
        session.stop()
