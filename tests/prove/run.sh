#!/bin/sh
# run.sh [LENGTH] - proves with Frama-C's EVA that no octets at all, of any length up to LENGTH (128), make the
# decoder of lib/wire read out of bounds or anything else that C leaves undefined. See decode.c beside this.
# JOBS processes share the lengths (default: one for each CPU). Exit: 0 proved, 1 not, 2 cannot run.
set -eu
cd "$(dirname "$0")/../.."

most=${1:-128}
jobs=${JOBS:-$(nproc)}
[ "$jobs" -gt 1 ] || jobs=1

if ! command -v frama-c >/dev/null; then
	echo "prove: frama-c is not installed" >&2
	exit 2
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# ip.c is in decode.c. Paths of functions that check are told apart by what they return, so that what was
# checked is known behind the call; loops and judgements that need no such thing are not (slevel).
sources="tests/prove/decode.c lib/wire/msg.c lib/wire/record.c lib/wire/igmp.c lib/wire/mld.c lib/wire/mrd.c
lib/wire/proto.c lib/wire/code.c"
told="mc_decode mc_ip_decode mc_msg_decode mc_msg_next mc_ip_options4 walk_extensions decode decode_igmp
decode_icmpv6 decode_old decode_query extension judge_sources options6 skip_records"
joined="judge:2 judge_extension:2 judge_query:2 judge_sources:2 mc_ip_options4:0 options6:0 skip_records:0
tlvs_sound:30"

# with_commas SUFFIX WORD ...
with_commas() {
	suffix=$1
	shift
	printf '%s,' "$@" | sed "s/,\$//; s/,/$suffix,/g; s/\$/$suffix/"
}

prove() {
	# shellcheck disable=SC2086 # lists of words
	frama-c -machdep gcc_x86_64 -c11 \
		-cpp-extra-args="-Iinclude -Ilib -D_GNU_SOURCE -DMOST=$most -DPARTS=$jobs -DPART=$1" $sources \
		-inline-calls @inline -remove-inlined @inline \
		-eva -eva-precision 0 -eva-slevel 100 -eva-slevel-function "$(with_commas '' $joined)" \
		-eva-interprocedural-splits -eva-split-limit 300 \
		-eva-split-return-function "$(with_commas :0 $told)" \
		-eva-print-callstacks -eva-msg-key=-initial-state,-final-states
}

began=$(date +%s)
pids=
part=0
while [ "$part" -lt "$jobs" ]; do
	prove "$part" >"$dir/part.$part" 2>&1 </dev/null &
	pids="$pids $!"
	part=$((part + 1))
done
broken=0
for pid in $pids; do
	wait "$pid" || broken=1
done

# An analysis that came to its end says how much of the code it reached. Alarms are counted as they are
# raised: its own sum leaves out those about what memcpy and memcmp are given. What it does not reach are
# branches of functions compiled in line that cannot be taken where they are (a check made once already,
# the other family).
alarms=0 reached=100 part=0
while [ "$part" -lt "$jobs" ]; do
	log=$dir/part.$part
	n=$(grep -c '^\[eva:alarm\]' "$log" || true)
	s=$(sed -n 's/.* statements reached (out of [0-9]*): \([0-9]*\)% coverage.*/\1/p' "$log")
	if [ "$broken" = 1 ] || [ -z "$s" ]; then
		tail -n 20 "$log" >&2
		echo "prove: the analysis did not come to its end" >&2
		exit 2
	fi
	sed -n '/^\[eva:alarm\]/,/main$/p' "$log"
	alarms=$((alarms + n))
	[ "$s" -ge "$reached" ] || reached=$s
	part=$((part + 1))
done
echo "prove: $(($(date +%s) - began)) s in $jobs processes"
echo "prove: $alarms alarms, lengths 0..$most, $reached % of statements"
[ "$alarms" = 0 ]
