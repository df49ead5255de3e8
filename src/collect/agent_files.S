/* The Python files of the agent, byte for byte: see agent_dir.c. */
	.section .rodata
	.macro carry name, path
	.global agent_\name
	.hidden agent_\name
	.global agent_\name\()_end
	.hidden agent_\name\()_end
agent_\name:
	.incbin "\path"
agent_\name\()_end:
	.byte 0
	.endm
	carry sitecustomize, "src/agent/sitecustomize.py"
	carry fettle_watch, "src/agent/fettle_watch.py"
	carry fettle_agent, "src/agent/fettle_agent.py"
	carry fettle_behave, "src/agent/fettle_behave.py"
	carry fettle_pytest, "src/agent/fettle_pytest.py"
	carry fettle_pytest_pull, "src/agent/fettle_pytest_pull.py"
	carry fettle, "lib/python/fettle.py"
	carry fettle_cover_peer, "src/agent/fettle_cover_peer.py"
#ifdef WITH_COVER_EXTENSION
	carry fettle_cover, "fettle_cover.abi3.so"
#endif
	carry fettle_pytest_close, "src/agent/fettle_pytest_close.py"
	carry fettle_pytest_xdist, "src/agent/fettle_pytest_xdist.py"
	.section .note.GNU-stack,"",@progbits
