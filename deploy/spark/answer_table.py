#!/usr/bin/env python3
"""Answers a column of a CSV into Parquet: spark-submit --jars JAR answer_table.py TABLE COLUMN FUNCTION ANSWERS
The function is at ICM_LORA_URL; ICM_LORA_API_KEY has its key, if it wants one."""

import os
import sys
import time

from pyspark.sql import SparkSession

table, column, function, answers = sys.argv[1:]
spark = SparkSession.builder.appName(f"{function} over {table}").getOrCreate()
icm_lora = spark._jvm.dev.icmlora.spark
options = icm_lora.Options.remote(os.environ["ICM_LORA_URL"]).withKey(os.environ.get("ICM_LORA_API_KEY", ""))

# A small CSV would be one task.
rows = spark.read.csv(table, header=True, escape='"').repartition(options.concurrency())
begin = time.monotonic()
icm_lora.IcmLoraSpark.answers(rows._jdf, column, function, options).write().mode("overwrite").parquet(answers)
seconds = time.monotonic() - begin

done = icm_lora.IcmLoraSpark.accumulators(spark._jsparkSession)
print(f"{done.answers().value()} answers in {seconds:.0f} s, {done.answers().value() / seconds:.1f} a second; "
      f"{done.tokens().value()} tokens, {done.retries().value()} retries", flush=True)
spark.stop()
