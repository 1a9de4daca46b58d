# The front door. `make` alone lists what there is.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PORT ?= 8080
DEMO ?= demo/intent.json demo/clock-hour.json demo/previous-day.json
KIND ?= jvm
# The CUDA image is made of the CUDA libraries.
ifeq ($(KIND),cuda)
GPU ?= 1
endif
export GPU PORT CONTAINER NATIVE
# Another base model than the default one: MODEL=gemma3-270m for that of models/gemma3-270m.json.
ifneq ($(MODEL),)
export ICM_LORA_MODEL := $(CURDIR)/models/$(shell sed -n 's/.*"file": "\(.*\)",/\1/p' 'models/$(MODEL).json' 2>/dev/null)
endif

function_jar := src/target/quarkus-app/quarkus-run.jar
aot_cache := src/target/quarkus-app/app.aot
main_sources := $(shell find llama-bindings generator engine addons src -path '*/target' -prune -o -path '*main/*' -type f -print -o -name pom.xml -print) pom.xml $(wildcard demo/*.json demo/gallery/*)

.PHONY: help setup demo run check test format train eval bench image

help: ## list these targets; `make -C ops` lists the others, which `make NAME` answers from here too
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' Makefile

setup: ## fetch llama.cpp's libraries and the base model, once (GPU=1: CUDA too; MODEL=gemma3-270m: another model)
	@$(if $(MODEL),scripts/fetch-model '$(MODEL)')
	@scripts/setup

demo: setup $(function_jar) ## send real tasks, print the answers of five modes side by side (DEMO=files, MODEL=gemma3-270m)
	@scripts/with-function scripts/ask $(DEMO)

run: setup $(function_jar) ## keep the function running on PORT (8080)
	@scripts/run $(PORT)

check: setup ## the loop for every change: formatter, architecture and unit tests, one start of the function
	@scripts/check

test: setup ## everything, as CI runs it nightly: scripts, addons, storage servers, browser, the workshop
	@scripts/test

format: ## format every Java source and its imports, and write what is made of other files: tables of Terraform, alert rules
	@scripts/mvn -q -Pworkshop spotless:apply
	@scripts/prometheus-rule
	@scripts/terraform-readme terraform

train: setup ## train a generator into models/generator.gguf; killed, it goes on where it was
	@scripts/icm-lora train-b0 --steps 530 --minutes 1000
	@scripts/icm-lora train-generator --steps 905 --minutes 1000
	@scripts/icm-lora export --vectors 16

eval: setup $(function_jar) ## start the function and print the evaluation, in less than 40 minutes
	@# What was tuned is asked again at the end.
	@ICM_LORA_CACHE_ADAPTERS=512M scripts/with-function scripts/icm-lora eval $(ARGS)

bench: setup $(aot_cache) ## measure it side by side with llama-server and llama-bench, print the table of docs/performance.md
	@scripts/bench

image: image-jar sbom ## build a container image (KIND=jvm, cuda, native or trainer)
	@scripts/image $(KIND) $(TAG)

$(function_jar): $(main_sources)
	@echo 'Building the function (the first time, Maven fetches what it needs: a few minutes)'
	@scripts/mvn -B -q -pl src -am package -DskipTests -Dspotless.check.skip
	@touch $@

include ops/Makefile
