# options.sh VERB: the options that `mcast help VERB` shows, one a line.
$MCAST help "$1" | sed -n 's/^ \{2,6\}\(-.*\)/\1/p' | sed 's/  .*//' | grep -oE -- '--?[A-Za-z0-9][-A-Za-z0-9]*' ||
	echo "no options in the help of $1"
