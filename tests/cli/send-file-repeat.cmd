echo x | $MCAST send -I lo --repeat - 239.1.1.1
