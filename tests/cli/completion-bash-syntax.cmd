$MCAST completion bash | bash -n
