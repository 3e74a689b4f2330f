# The commands that a person types. Each is one script in scripts/, which does the set-up that it needs first.

.DEFAULT_GOAL := help
.PHONY: help run demo dev test check prove journeys pictures test-long bench bench-console checker release setup clean

help: ## Shows these lines
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: ## Builds everything and starts the server
	@scripts/run.sh

demo: ## The same, on a throw-away database full of believable people and sessions
	@scripts/demo.sh

dev: ## Starts the server and builds again at every change
	@scripts/dev.sh

test: ## All checks and all tests, minutes; with QUICK=1 only what daily work needs
	@scripts/test.sh

check: ## Format, lints, licences, who may depend on whom, documentation
	@scripts/check.sh

prove: ## Breaks each invariant on purpose in a copy and shows that a test turns red
	@scripts/prove.sh

journeys: ## The journeys in a browser alone; ONLY=sign-in takes those of one file
	@scripts/journeys.sh $(ONLY)

pictures: ## A picture of every page, in light and dark, on a phone and on a desk
	@scripts/journeys.sh pictures

test-long: ## The Rust tests with many more rounds, fuzzing, the checker of ended credentials
	@scripts/test-long.sh

bench: ## What signing in, refreshing and checking a token cost, beside a stock SimpleJWT
	@scripts/bench.sh

bench-console: ## How long the console's lists take over a million sessions and ten million events
	@scripts/bench-console.sh

checker: ## Three nodes under load: is every acknowledged end honoured in time? HOW=chaos, HOW=faults
	@scripts/checker.sh $(or $(HOW),run)

release: ## Builds a tarball with the program and its site in target/dist
	@scripts/release.sh

setup: ## Installs every tool that the other commands need (they do it themselves)
	@scripts/setup.sh

clean: ## Removes what was built here; the tools shared by all checkouts stay
	@scripts/clean.sh
