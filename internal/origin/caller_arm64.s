#include "textflag.h"

// func returnAddress() uintptr
//
// A frame pointer leads to that of the caller, and the return address is above it. The first frame is that
// of Caller. If Go came here by a wrapper, the result is an address in Caller, which it never keeps.
TEXT ·returnAddress(SB), NOSPLIT, $0-8
	MOVD 0(R29), R0
	MOVD 8(R0), R0
	MOVD R0, ret+0(FP)
	RET
