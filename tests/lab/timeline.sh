# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# The demo's paper: lines with the seconds since the start, and the pictures at the end. Needs
# `addresses` (an array) and, for the strip, `history`: "ADDRESS AT WHO" lines, WHO "-" for silence.

started=0
printed=0
declare -A colour glyph

setup_timeline()
{
	colour=([n1]='' [n2]='' [n3]='' [silence]='' [good]='' [bad]='' [dim]='' [off]='')
	if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
		colour=([n1]=$'\e[32m' [n2]=$'\e[36m' [n3]=$'\e[35m' [silence]=$'\e[31m'
			[good]=$'\e[1;32m' [bad]=$'\e[1;31m' [dim]=$'\e[2m' [off]=$'\e[0m')
	fi
	glyph=([block]='#' [silent]='.' [dot]='*' [fault]='!' [quiet]='~' [check]='ok'
		[cross]='FAILED:')
	if [[ $(locale charmap 2>/dev/null) == UTF-8 ]]; then
		glyph=([block]=█ [silent]=· [dot]=● [fault]=⚡ [quiet]=○ [check]=✔ [cross]=✘)
	fi
	now_ms
	started=$REPLY
}

# at MS MARK COLOUR TEXT...: a line of the timeline; time never runs backwards on paper.
at()
{
	local ms=$(($1 - started)) mark=$2 ink=${colour[$3]}

	shift 3
	((ms >= printed)) || ms=$printed
	printed=$ms
	printf '%s%6d.%02d s%s  %s%s %s%s\n' "${colour[dim]}" $((ms / 1000)) $((ms % 1000 / 10)) \
		"${colour[off]}" "$ink" "$mark" "$*" "${colour[off]}"
}

say()
{
	now_ms
	at "$REPLY" " " off "$@"
}

say_fault()
{
	now_ms
	at "$REPLY" "${glyph[fault]}" bad "$@"
}

say_good()
{
	now_ms
	at "$REPLY" "${glyph[check]}" good "$@"
}

# A sentence that belongs to the line above.
note()
{
	printf '              %s%s%s\n' "${colour[dim]}" "$*" "${colour[off]}"
}

repeat()
{
	local text

	printf -v text '%*s' "$2" ''
	REPLY=${text// /$1}
}

# draw_bars WIDTH: from `silences`, "LABEL|ADDRESS|MS" lines; the longest fills the width.
draw_bars()
{
	local width=$1 label address ms longest=1 length shown=

	while IFS='|' read -r label address ms; do
		((ms <= longest)) || longest=$ms
	done <<<"$silences"
	while IFS='|' read -r label address ms; do
		length=$(((ms * width + longest - 1) / longest))
		repeat "${glyph[block]}" "$length"
		[[ $label != "$shown" ]] || label=
		shown=${label:-$shown}
		if ((ms)); then
			printf '  %-22s %-14s %s%s%s %d ms\n' "$label" "$address" "${colour[silence]}" \
				"$REPLY" "${colour[off]}" "$ms"
		else
			printf '  %-22s %-14s %snot silent%s\n' "$label" "$address" "${colour[good]}" \
				"${colour[off]}"
		fi
	done <<<"$silences"
}

# draw_strip ADDRESS FROM TO WIDTH: who answered when; a column is (TO - FROM) / WIDTH ms.
draw_strip()
{
	local wanted=$1 from=$2 to=$3 width=$4 column=0 who=- next address moment end

	while read -r address moment next; do
		[[ $address == "$wanted" ]] || continue
		end=$(((moment - from) * width / (to - from)))
		draw_part "$who" $((end - column))
		((end <= column)) || column=$end
		who=$next
	done <<<"$history"
	draw_part "$who" $((width - column))
}

draw_part()
{
	local who=$1 length=$2

	((length > 0)) || return 0
	if [[ $who == - ]]; then
		repeat "${glyph[silent]}" "$length"
		printf '%s%s%s' "${colour[silence]}" "$REPLY" "${colour[off]}"
	else
		repeat "${who#n}" "$length"
		printf '%s%s%s' "${colour[$who]}" "$REPLY" "${colour[off]}"
	fi
}

# draw_scale FROM TO WIDTH: under a strip, seconds since the start of the timeline.
draw_scale()
{
	local from=$1 to=$2 width=$3 line='' second column step=5

	for ((second = 0; second * 1000 <= to - started; second += step)); do
		column=$(((started + second * 1000 - from) * width / (to - from)))
		((column >= ${#line} && column <= width)) || continue
		repeat ' ' $((column - ${#line}))
		line+=$REPLY$second
	done
	printf '%s' "$line"
}
