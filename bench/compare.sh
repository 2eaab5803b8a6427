#!/usr/bin/env bash
# Compares the benchmarks of two commits, round by round in turn, with benchstat.
#
#   bench/compare.sh BASE [HEAD] [-- ARGUMENTS OF go test]
#
#   bench/compare.sh main                              all benchmarks, main against HEAD
#   bench/compare.sh main HEAD -- -bench Spawn .       some, of one package
#   bench/compare.sh v0.1.0 -- -bench . -cpu 1,2 ./mpsc
#
# ROUNDS=10 chooses how often each commit is measured (6). Changes that are not committed
# are not measured. Each commit is checked out into a temporary folder, which is removed
# at the end.
set -euo pipefail

usage() {
	sed -n '2,/^set/{/^set/!s/^# \{0,1\}//p}' "$0" >&2
	exit 2
}

root=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
rounds=${ROUNDS:-6}
case "$rounds" in *[!0-9]* | 0 | '') usage ;; esac

commits=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	case "$1" in -*) usage ;; esac
	commits+=("$1")
	shift
done
if [ $# -gt 0 ]; then shift; fi
if [ "${#commits[@]}" -lt 1 ] || [ "${#commits[@]}" -gt 2 ]; then usage; fi
if [ $# -eq 0 ]; then set -- -bench . ./...; fi

base=$(git -C "$root" rev-parse --verify "${commits[0]}^{commit}")
head=$(git -C "$root" rev-parse --verify "${commits[1]:-HEAD}^{commit}")
if [ -n "$(git -C "$root" status --porcelain)" ]; then
	echo 'compare.sh: the working tree has changes that are not committed: they are not measured' >&2
fi
if [ "$base" = "$head" ]; then
	echo "compare.sh: both are $head" >&2
	exit 2
fi

work=$(mktemp -d)
finish() {
	local code=$?
	trap - EXIT
	for side in base head; do
		git -C "$root" worktree remove --force "$work/$side" 2>/dev/null || true
	done
	rm -rf "$work"
	git -C "$root" worktree prune
	exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM

git -C "$root" worktree add --quiet --detach "$work/base" "$base"
git -C "$root" worktree add --quiet --detach "$work/head" "$head"

# measure SIDE ARGUMENTS...: one round of one commit.
measure() {
	local side=$1
	shift
	if ! (cd "$work/$side" && go test -run '^$' -count 1 "$@") >"$work/out" 2>&1; then
		cat "$work/out" >&2
		echo "compare.sh: $side fails" >&2
		exit 1
	fi
	cat "$work/out" >>"$work/$side.txt"
}

for ((round = 1; round <= rounds; round++)); do
	echo "round $round of $rounds" >&2
	# The commits take turns to be first, so that neither is always measured on a machine
	# that the other has warmed up.
	if ((round % 2)); then order='base head'; else order='head base'; fi
	for side in $order; do measure "$side" "$@"; done
done

cd "$root"
go tool benchstat "base=$work/base.txt" "head=$work/head.txt"
