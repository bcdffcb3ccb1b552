printf 'family ipv4\nnode R1 router\nnode H[1..50] host\n0 H[*] join G1\nend 250000h\n' | timeout --preserve-status -s INT 1 $MCAST sim -
