"""The recipes of docs/batch.md for Spark: a million keys by rdd.pipe, and a table by TRANSFORM of SQL."""

import os
import subprocess
import sys

from pyspark.sql import SparkSession

COMMAND = f"{os.environ['SIGVET']} presign --batch --base s3://photos/ --region eu-west-1 --date 20260301T101112Z"

spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.catalogImplementation", "in-memory")
    .config("spark.driver.memory", "2g")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")


def names(count):
    return (f"2026/{number:07} é?.jpg" for number in range(count))


def alone(count):
    """What the command makes of the same list by itself."""
    return alone_of(names(count))


def alone_of(keys):
    text = "".join(key + "\n" for key in keys).encode()
    ran = subprocess.run(COMMAND.split(), input=text, stdout=subprocess.PIPE, check=True)
    return ran.stdout.decode().splitlines()


count = int(sys.argv[1])
keys = spark.sparkContext.range(count, numSlices=4).map(lambda number: f"2026/{number:07} é?.jpg")
urls = keys.pipe(COMMAND, env=dict(os.environ), checkCode=True).collect()
assert urls == alone(count), "rdd.pipe gives other URLs than the command alone"

table = 10_000
spark.createDataFrame([(name,) for name in names(table)], ["key"]).createOrReplaceTempView("objects")
rows = spark.sql(f"SELECT TRANSFORM (key) USING '{COMMAND}' AS (url) FROM objects").collect()
assert sorted(row[0] for row in rows) == sorted(alone(table)), "TRANSFORM gives other URLs than the command alone"

# What is wrong with a record is the end of the job, and not a shorter list.
try:
    spark.sparkContext.parallelize([""]).pipe(COMMAND, env=dict(os.environ), checkCode=True).collect()
    raise SystemExit("an empty key was taken")
except Exception as error:
    assert "Pipe function" in str(error), error

# Unless the recipe for invalid records is used: then they have empty URLs, and NULL is left out.
LENIENT = f"{COMMAND} --on-error empty; [ $? -le 1 ]"
some = ["a", "", "b"]
expected = ["", *alone_of(["a", "b"])]
urls = spark.sparkContext.parallelize(some, 2).pipe(f"sh -c '{LENIENT}'", env=dict(os.environ), checkCode=True).collect()
assert sorted(urls) == sorted(expected), urls
spark.createDataFrame([(name,) for name in [*some, None]], "key string").createOrReplaceTempView("some")
rows = spark.sql(f"SELECT TRANSFORM (key) USING '{LENIENT}' AS (url) FROM some WHERE key IS NOT NULL").collect()
assert sorted(row[0] for row in rows) == sorted(expected), rows
print(f"{count} by rdd.pipe, {table} by TRANSFORM")
