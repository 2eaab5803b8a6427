#include "textflag.h"

// func word(at uintptr) uintptr
TEXT ·word(SB), NOSPLIT, $0-16
	MOVQ (TLS), AX
	MOVQ at+0(FP), CX
	MOVQ (AX)(CX*1), AX
	MOVQ AX, ret+8(FP)
	RET

// func LockWord() *uintptr
TEXT ·LockWord(SB), NOSPLIT, $0-8
	MOVQ (TLS), AX
	ADDQ ·lockAt(SB), AX
	MOVQ AX, ret+0(FP)
	RET

// func MaybeLocked() bool
TEXT ·MaybeLocked(SB), NOSPLIT, $0-1
	MOVQ  (TLS), AX
	MOVQ  ·lockAt(SB), CX
	CMPQ  (AX)(CX*1), $0
	SETNE ret+0(FP)
	RET

// func Any() bool
TEXT ·Any(SB), NOSPLIT, $0-1
	MOVQ  (TLS), AX
	MOVQ  ·faultAt(SB), CX
	MOVQ  (AX)(CX*1), DX
	ANDQ  ·fault(SB), DX
	MOVQ  ·lockAt(SB), CX
	ORQ   (AX)(CX*1), DX
	MOVQ  ·labelAt(SB), CX
	ORQ   (AX)(CX*1), DX
	SETNE ret+0(FP)
	RET
