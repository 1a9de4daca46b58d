# The front door. `make` alone lists what there is.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PORT ?= 8080
DEMO ?= demo/intent.json
export GPU PORT

function_jar := src/target/quarkus-app/quarkus-run.jar
main_sources := $(shell find llama-bindings generator src -path '*/target' -prune -o -path '*main/*' -type f -print -o -name pom.xml -print) pom.xml

.PHONY: help setup demo run test train eval format layout-check clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## fetch llama.cpp's libraries and the base model, once (GPU=1: CUDA too)
	@scripts/setup

demo: setup $(function_jar) ## send a real task, print the answers of three modes side by side (DEMO=file)
	@scripts/with-function scripts/ask $(DEMO)

run: setup $(function_jar) ## keep the function running on PORT (8080)
	@scripts/run $(PORT)

test: setup ## check the scripts, then build and test every module
	@scripts/test

train: setup ## train a generator into models/generator.gguf; killed, it goes on where it was
	@scripts/icm-lora train-b0
	@scripts/icm-lora train-generator
	@scripts/icm-lora export

eval: setup $(function_jar) ## start the function and print the evaluation table
	@scripts/with-function scripts/icm-lora eval $(ARGS)

format: ## format every Java source and its imports
	@scripts/mvn -q spotless:apply

layout-check: ## compare the struct layouts with llama.cpp's headers (LLAMA_CPP_SRC=its source)
	@native/layout-check.sh

clean: ## remove what was built; what was fetched stays
	@rm -rf target */target

$(function_jar): $(main_sources)
	@echo 'Building the function (the first time, Maven fetches what it needs: a few minutes)'
	@scripts/mvn -B -q -pl src -am package -DskipTests -Dspotless.check.skip
	@touch $@
