package timer

import (
	"errors"
	"fmt"
	"math/bits"
	"time"

	"github.com/edo-go/edo/internal/sched"
)

// Rate is how many tokens a [Limiter] makes in a time. The zero Rate makes none, and
// holds up everything that waits.
type Rate struct {
	tokens uint64 // so many
	per    uint64 // in so many nanoseconds; 0: unlimited, if tokens are not 0
}

var errRate = errors.New("timer: a rate must not be negative, and the time of Every must be positive")

// PerSecond returns the rate of n tokens in a second. It panics when n is negative.
func PerSecond(n int) Rate {
	if n < 0 {
		panic(errRate)
	}
	if n == 0 {
		return Rate{}
	}
	return Rate{tokens: uint64(n), per: uint64(time.Second)}
}

// Every returns the rate of a token in each d. It panics when d is not positive.
func Every(d time.Duration) Rate {
	if d <= 0 {
		panic(errRate)
	}
	return Rate{tokens: 1, per: uint64(d)}
}

// Unlimited returns the rate that holds up nothing.
func Unlimited() Rate { return Rate{tokens: 1} }

func (r Rate) unlimited() bool { return r.per == 0 && r.tokens != 0 }

// String returns the rate in words.
func (r Rate) String() string {
	switch {
	case r.tokens == 0:
		return "none"
	case r.unlimited():
		return "unlimited"
	case r.per == uint64(time.Second):
		return fmt.Sprintf("%d per second", r.tokens)
	}
	return fmt.Sprintf("one every %v", time.Duration(r.per))
}

// A level is how full a bucket is: so many tokens, and the time that the next one has
// been in the making, times the tokens of the rate: it is whole at Rate.per. So nothing
// is rounded, however long it goes on.
type level struct {
	tokens int64
	part   uint64
}

// most is how many tokens a level holds at the most.
const most = 1 << 61

// after returns l when ns nanoseconds have gone by.
func (l level) after(ns uint64, r Rate) level {
	switch {
	case r.tokens == 0:
		return l
	case r.unlimited():
		return level{tokens: most}
	}
	hi, lo := bits.Mul64(ns, r.tokens)
	lo, carry := bits.Add64(lo, l.part, 0)
	hi += carry
	if hi >= r.per {
		return level{tokens: most}
	}
	made, part := bits.Div64(hi, lo, r.per)
	if made >= most || l.tokens+int64(made) >= most {
		return level{tokens: most}
	}
	return level{l.tokens + int64(made), part}
}

// until returns in how many nanoseconds l will have n tokens, rounded up: never early.
func (l level) until(n int64, r Rate) (ns uint64) {
	switch {
	case l.tokens >= n || r.unlimited():
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

// capped returns l, and not more than burst.
func (l level) capped(burst int64) level {
	if l.tokens >= burst {
		return level{tokens: burst}
	}
	return l
}

// at returns l where the rate was changed from one to another.
func (l level) at(from, to Rate) level {
	if from.per == 0 || to.per == 0 {
		return level{tokens: l.tokens}
	}
	hi, lo := bits.Mul64(l.part, to.per)
	l.part, _ = bits.Div64(hi, lo, from.per) // l.part < from.per
	return l
}
