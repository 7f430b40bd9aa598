# What a developer of Sigap runs. `make` alone lists it.

# The release's name; without one the binary tells the commit it was built from.
VERSION ?=

GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

module  := github.com/sigap-dev/sigap
ldflags := -s -w$(if $(VERSION), -X $(module)/internal/version.release=$(VERSION))

# Outside a Git checkout, or in one that Git distrusts, there is no commit to stamp.
buildvcs := $(shell git status >/dev/null 2>&1 || echo -buildvcs=false)

# The page is built again only when one of these is newer than what was built.
# Left out is what the build itself writes, and the tests.
web_sources := $(shell find web internal/text -type f \
	! -path '*/node_modules/*' ! -path 'web/dist/*' ! -path 'web/dev/*' ! -path 'web/e2e/*' ! -path 'web/test-results/*' \
	! -name '*.go' ! -name 'schema.d.ts' ! -name '*.md' 2>/dev/null)

# Debian's Chromium is used; no other is fetched.
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## build, start on ./data with a drill under way, and print the address
	bin/sigap serve --data data --drill

.PHONY: serve
serve: build ## the same without the drill
	bin/sigap serve --data data

.PHONY: build
build: web ## build the page and the binary, bin/sigap
	CGO_ENABLED=0 go build -trimpath $(buildvcs) -ldflags '$(ldflags)' -o bin/sigap ./cmd/sigap

.PHONY: web
web: web/dist/index.html ## build the page alone

web/dist/index.html: web/node_modules/.package-lock.json $(web_sources)
	cd web && npm run build
	@touch $@

# npm writes this file when it has installed everything.
web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

.PHONY: test
test: ## everything: installs what is missing, tests, cleans up; about ten minutes
	@scripts/setup-test
	@scripts/with-postgres timeout 40m scripts/test

.PHONY: lint
lint: web/dist/index.html ## the slower checks of style, beside those in make test
	go run $(GOLANGCI_LINT) run

.PHONY: gen
gen: web/node_modules/.package-lock.json ## write the API's specification and the page's types anew
	go run ./tools/gen > web/openapi.json.new
	mv web/openapi.json.new web/openapi.json
	cd web && npm run gen

.PHONY: bench
bench: build ## the figures of docs/performance.md: beside the code, then of the whole; about fifteen minutes
	@scripts/setup-test
	@scripts/with-postgres go test -run '^$$' -bench . -benchmem ./internal/...
	@scripts/bench

.PHONY: soak
soak: ## what takes long: the race detector, fuzzing, the long forms of the tests
	@scripts/setup-test
	@scripts/with-postgres scripts/soak

.PHONY: clean
clean: ## remove what was built, but not ./data
	@[ ! -d .cache ] || chmod -R u+w .cache # Go keeps its modules read-only
	@find web/dist -mindepth 1 ! -name .gitkeep -delete 2>/dev/null || true
	rm -rf bin web/node_modules web/test-results .cache
