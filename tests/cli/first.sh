# first.sh FILE: the script under A FIRST SCRIPT of mcast-sim(1), or the first one under mcast sim of the README.
sed -n "/^# A FIRST SCRIPT/,/^# LINES/p; /^## mcast sim/,/^## The library/p" "$1" | sed -n "/^\`\`\`$/,/^\`\`\`$/{/^\`\`\`$/d; /^\$ /q; p}"
