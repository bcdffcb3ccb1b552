# offered.bash WORD ...: what bash offers behind `mcast WORD ...`, one a line. The last word is being typed.
# shellcheck disable=SC1090 # the script is made by the command under test
source <($MCAST completion bash)
COMP_WORDS=(mcast "$@")
COMP_CWORD=$#
_mcast
printf '%s\n' "${COMPREPLY[@]}"
