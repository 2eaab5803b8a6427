package timer

import (
	"errors"
	"fmt"
	"math/bits"
	"time"

	"github.com/edo-go/edo/internal/sched"
)

// Rate says how fast a [Limiter] makes tokens. The zero Rate makes none: every waiter
// waits until the rate changes.
type Rate struct {
	tokens uint64 // tokens made in per nanoseconds; 0: none
	per    uint64 // nanoseconds; 0: unlimited, if tokens is not 0
}

var errRate = errors.New("timer: a rate must not be negative, and the time of Every must be positive")

// PerSecond returns the rate of n tokens per second. It panics when n is negative.
func PerSecond(n int) Rate {
	if n < 0 {
		panic(errRate)
	}
	if n == 0 {
		return Rate{}
	}
	return Rate{tokens: uint64(n), per: uint64(time.Second)}
}

// Every returns the rate of one token per d. It panics when d is not positive.
func Every(d time.Duration) Rate {
	if d <= 0 {
		panic(errRate)
	}
	return Rate{tokens: 1, per: uint64(d)}
}

// Unlimited returns the rate with which no operation waits.
func Unlimited() Rate { return Rate{tokens: 1} }

func (r Rate) isUnlimited() bool { return r.per == 0 && r.tokens != 0 }

// String returns the rate in words.
func (r Rate) String() string {
	switch {
	case r.tokens == 0:
		return "none"
	case r.isUnlimited():
		return "unlimited"
	case r.per == uint64(time.Second):
		return fmt.Sprintf("%d per second", r.tokens)
	}
	return fmt.Sprintf("one every %v", time.Duration(r.per))
}

// A level is the content of a bucket: its whole tokens, and the part of the next token that
// is made already. The part is exact, so no rounding error adds up: it is the nanoseconds
// since the last whole token, times Rate.tokens, and the token is whole at Rate.per.
type level struct {
	tokens int64
	part   uint64 // less than Rate.per
}

// maxTokens is the largest number of tokens in a level.
const maxTokens = 1 << 61

// after returns the level that l is after ns more nanoseconds.
func (l level) after(ns uint64, r Rate) level {
	switch {
	case r.tokens == 0:
		return l
	case r.isUnlimited():
		return level{tokens: maxTokens}
	}
	hi, lo := bits.Mul64(ns, r.tokens)
	lo, carry := bits.Add64(lo, l.part, 0)
	hi += carry
	if hi >= r.per {
		return level{tokens: maxTokens}
	}
	made, part := bits.Div64(hi, lo, r.per)
	if made >= maxTokens || l.tokens+int64(made) >= maxTokens {
		return level{tokens: maxTokens}
	}
	return level{l.tokens + int64(made), part}
}

// timeUntil returns the nanoseconds until l has n tokens, rounded up: never early.
func (l level) timeUntil(n int64, r Rate) (ns uint64) {
	switch {
	case l.tokens >= n || r.isUnlimited():
		return 0
	case r.tokens == 0:
		return uint64(sched.Never)
	}
	hi, lo := bits.Mul64(uint64(n-l.tokens), r.per)
	lo, borrow := bits.Sub64(lo, l.part, 0)
	hi -= borrow
	lo, carry := bits.Add64(lo, r.tokens-1, 0)
	hi += carry
	if hi >= r.tokens {
		return uint64(sched.Never)
	}
	ns, _ = bits.Div64(hi, lo, r.tokens)
	return min(ns, uint64(sched.Never))
}

// capped returns l, or a level of burst tokens if that is less.
func (l level) capped(burst int64) level {
	if l.tokens >= burst {
		return level{tokens: burst}
	}
	return l
}

// convert returns l after a change of the rate: the part of the next token that was made at
// the rate from stays the same part of a token at the rate to.
func (l level) convert(from, to Rate) level {
	if from.per == 0 || to.per == 0 {
		return level{tokens: l.tokens}
	}
	hi, lo := bits.Mul64(l.part, to.per)
	l.part, _ = bits.Div64(hi, lo, from.per) // l.part < from.per
	return l
}
