printf "239.1.1.1:5000 # good\\n\\n 239.1.1.2:70000\\n" | $MCAST send --targets -
