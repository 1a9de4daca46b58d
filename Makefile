# The front door. `make` alone lists what there is.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PORT ?= 8080
DEMO ?= demo/intent.json demo/clock-hour.json demo/previous-day.json
KIND ?= jvm
RUNS ?= 10
FAULTS ?= 500
JOB_INPUTS ?= 100000
MINUTES ?= 10
# The CUDA image is made of the CUDA libraries.
ifeq ($(KIND),cuda)
GPU ?= 1
endif
export GPU PORT CONTAINER NATIVE

events_directory := $(CURDIR)/src/target/demo-events
gallery_directory := $(CURDIR)/src/target/gallery
function_jar := src/target/quarkus-app/quarkus-run.jar
main_sources := $(shell find llama-bindings generator engine src -path '*/target' -prune -o -path '*main/*' -type f -print -o -name pom.xml -print) pom.xml $(wildcard demo/*.json demo/gallery/*)

.PHONY: help setup demo demo-events gallery run test fuzz fault-injection large-files large-jobs conformance train eval eval-public verify sbom image-jar image image-tree-test cold-start bench overload soak two-instances trace bench-peers native native-check native-analysis terraform-test deploy-test format layout-check clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## fetch llama.cpp's libraries and the base model, once (GPU=1: CUDA too)
	@scripts/setup

demo: setup $(function_jar) ## send real tasks, print the answers of five modes side by side (DEMO=files)
	@scripts/with-function scripts/ask $(DEMO)

demo-events: setup $(function_jar) ## drop a task file into a directory, print what appears beside it (DEMO=file)
	@mkdir -p '$(events_directory)'
	@EVENTS_DIRECTORY='$(events_directory)' ICM_LORA_EVENTS_BUCKETS='file:$(events_directory)' scripts/with-function scripts/demo-events $(firstword $(DEMO))

gallery: setup $(function_jar) ## measure the functions of demo/gallery, and write the table of docs/gallery.md (GALLERY=names)
	@rm -rf '$(gallery_directory)' && mkdir -p '$(gallery_directory)'
	@ICM_LORA_ADAPTERS_DIR='$(gallery_directory)' scripts/with-function scripts/gallery $(GALLERY)

run: setup $(function_jar) ## keep the function running on PORT (8080)
	@scripts/run $(PORT)

test: setup ## check the scripts, then build and test every module, the workshop too
	@scripts/test

fuzz: setup ## fuzz every parser and call into C for its share of MINUTES, print the table (HARNESS=expression)
	@scripts/fuzz $(MINUTES) '$(HARNESS)'

fault-injection: setup $(function_jar) ## two instances under random faults, on directories and storage servers (FAULTS=500, SEED=)
	@scripts/storage-test FaultInjection -Dfaults=$(FAULTS) $(if $(SEED),-Dseed=$(SEED))

large-files: setup $(function_jar) ## 10,000 inputs and a result of more than 200 MB in a small heap, for each provider
	@scripts/storage-test LargeFiles

large-jobs: setup $(function_jar) ## a job in a small heap whose instances are killed three times (JOB_INPUTS=100000)
	@scripts/storage-test LargeJobs -Dinputs=$(JOB_INPUTS)

conformance: setup $(function_jar) ## real clients and a browser against the function
	@scripts/conformance

train: setup ## train a generator into models/generator.gguf; killed, it goes on where it was
	@scripts/icm-lora train-b0 --steps 530 --minutes 1000
	@scripts/icm-lora train-generator --steps 905 --minutes 1000
	@scripts/icm-lora export --vectors 16

eval: setup $(function_jar) ## start the function and print the evaluation, in less than 40 minutes
	@# What was tuned is asked again at the end.
	@ICM_LORA_CACHE_ADAPTERS=512M scripts/with-function scripts/icm-lora eval $(ARGS)

eval-public: setup $(function_jar) ## start the function and measure it on your own tasks (PUBLIC=folder, ARGS='--seeds 3')
	@$(if $(PUBLIC),,echo 'Name a folder of task files: make eval-public PUBLIC=folder' >&2; exit 2)
	@scripts/with-function scripts/icm-lora eval '$(PUBLIC)' $(ARGS)

verify: ## read all bytes of libraries and model, and compare them with what is pinned
	@scripts/verify

sbom: setup ## write a CycloneDX SBOM for each image to target/sbom, and THIRD-PARTY.md
	@scripts/sbom

image-jar: setup ## build the jar as images hold it, with its ahead-of-time cache
	@scripts/image-jar

image: image-jar sbom ## build a container image (KIND=jvm, cuda, native or trainer)
	@scripts/image $(KIND) $(TAG)

image-tree-test: image-jar sbom ## check an image's file tree without a container engine: start it, ask it (KIND)
	@scripts/image-tree-test $(KIND)

cold-start: setup $(function_jar) image-jar ## print the phases of a cold start beside llama-server (RUNS=10, ARGS='--cold --memory --gigabytes 1 4')
	@scripts/cold-start $(RUNS) $(ARGS)

bench: setup $(function_jar) ## measure it side by side with llama-server and llama-bench, print the table of docs/performance.md
	@scripts/bench

overload: setup $(function_jar) ## up to 20 times the load it can bear, and clients that are slow, silent or 10,000
	@scripts/bench overload

soak: setup $(function_jar) ## half an hour of traffic of every kind, then LeakSanitizer (SOAK_MINUTES=30)
	@SOAK_MINUTES=$(or $(SOAK_MINUTES),30) scripts/bench soak

two-instances: setup $(function_jar) ## two instances behind HAProxy, both killed in turn, under RATE=200 requests a second for SECONDS=60
	@TWO_INSTANCES_SECONDS=$(or $(SECONDS),60) TWO_INSTANCES_RATE=$(or $(RATE),200) scripts/bench two-instances

trace: setup $(function_jar) ## draw the trace of one request into docs/trace.svg
	@scripts/trace

bench-peers: ## build llama-server and llama-bench, from npm's source bundle, into an ignored folder
	@workshop/bench/peers/compile

native: setup ## build a native executable, with GraalVM or Mandrel 25, or one in a container (CONTAINER=1: always)
	@scripts/native

native-check: setup ## check without GraalVM what a native executable must be told, and that it would link
	@scripts/native-check

native-analysis: setup ## have GraalVM's builder follow all code without a GraalVM, some minutes; links nothing
	@scripts/native-analysis

terraform-test: ## check terraform/ against a mocked provider; no account is needed
	@scripts/terraform-test

deploy-test: ## check deploy/ without a cluster: Kustomize overlays, compose file, alert rules
	@scripts/deploy-test

format: ## format every Java source and its imports, and write what is made of other files: tables of Terraform, alert rules
	@scripts/mvn -q spotless:apply
	@scripts/prometheus-rule
	@scripts/terraform-readme terraform terraform/modules/training

layout-check: ## compare the struct layouts with llama.cpp's headers (LLAMA_CPP_SRC=its source)
	@native/layout-check.sh

clean: ## remove what was built; what was fetched stays
	@rm -rf target */target workshop/*/target

$(function_jar): $(main_sources)
	@echo 'Building the function (the first time, Maven fetches what it needs: a few minutes)'
	@scripts/mvn -B -q -pl src -am package -DskipTests -Dspotless.check.skip
	@touch $@
