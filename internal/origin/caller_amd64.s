#include "textflag.h"

// func returnAddress() uintptr
//
// A frame begins with the frame pointer of its caller, and the return address is above it. The first frame
// is that of Caller. If Go came here by a wrapper, the result is an address in Caller, which it never keeps.
TEXT ·returnAddress(SB), NOSPLIT, $0-8
	MOVQ 0(BP), AX
	MOVQ 8(AX), AX
	MOVQ AX, ret+0(FP)
	RET
