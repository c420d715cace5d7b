#!/usr/bin/env bash
# Checks the formatting, builds everything once and runs all tests; ends with the line "N passed, N failed". Exit code 0 only if tests ran and none failed.
# With --nightly: the long ones, which are left out otherwise.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

case "${1:-}" in
    "") filter=(--filter-not-trait "Category=nightly") ;;
    --nightly) filter=(--filter-trait "Category=nightly") ;;
    *)
        echo "usage: deploy/test.sh [--nightly]" >&2
        exit 2
        ;;
esac

deploy/install.sh --tests || exit 1
dotnet tool restore >/dev/null && dotnet csharpier check src tests || exit 1
dotnet build Annotation.sln -c Release -v quiet --nologo || exit 1

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# 8 is a project of which the filter left nothing; that some test ran is checked below.
dotnet test --solution Annotation.sln -c Release --no-build --no-progress --max-parallel-test-modules 2 \
    "${filter[@]}" --ignore-exit-code 8 2>&1 | tee "$log"
code=${PIPESTATUS[0]}

awk '
    $1 == "succeeded:" { passed += $2 }
    $1 == "failed:" { failed += $2 }
    $1 == "skipped:" { skipped += $2 }
    END {
        if (skipped > 0) printf "%d skipped\n", skipped
        printf "%d passed, %d failed\n", passed, failed
        exit (passed > 0 && failed == 0) ? 0 : 1
    }' "$log" || exit 1
exit "$code"
