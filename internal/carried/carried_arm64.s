#include "textflag.h"

// func word(at uintptr) uintptr
TEXT ·word(SB), NOSPLIT, $0-16
	MOVD at+0(FP), R1
	MOVD (g)(R1), R0
	MOVD R0, ret+8(FP)
	RET

// func LockWord() *uintptr
TEXT ·LockWord(SB), NOSPLIT, $0-8
	MOVD ·lockAt(SB), R1
	ADD  g, R1, R0
	MOVD R0, ret+0(FP)
	RET

// func MaybeLocked() bool
TEXT ·MaybeLocked(SB), NOSPLIT, $0-1
	MOVD ·lockAt(SB), R1
	MOVD (g)(R1), R0
	CMP  $0, R0
	CSET NE, R0
	MOVB R0, ret+0(FP)
	RET

// func Any() bool
TEXT ·Any(SB), NOSPLIT, $0-1
	MOVD ·faultAt(SB), R1
	MOVD (g)(R1), R0
	MOVD ·fault(SB), R2
	AND  R2, R0, R0
	MOVD ·lockAt(SB), R1
	MOVD (g)(R1), R2
	ORR  R2, R0, R0
	MOVD ·labelAt(SB), R1
	MOVD (g)(R1), R2
	ORR  R2, R0, R0
	CMP  $0, R0
	CSET NE, R0
	MOVB R0, ret+0(FP)
	RET
