package timer_test

import (
	"errors"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// bucket is the naive model of a Limiter: exact, and settled after every event.
type bucket struct {
	rate, burst, tokens, settledAt *big.Rat // the rate is per millisecond
	queue                          []*request
}

// request is a wait for n tokens, which either gets them or is aborted. Instants are in
// milliseconds.
type request struct {
	n       int64
	due     *big.Rat // when the model grants the tokens
	takenAt int64    // when the Limiter has granted them
	aborted bool
	handle  *edo.JoinHandle[edo.Unit]
}

func rat(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }

// advance grants the tokens that are due until the instant t.
func (b *bucket) advance(t *big.Rat) {
	for len(b.queue) != 0 {
		r := b.queue[0]
		due := new(big.Rat).Set(b.settledAt)
		if need := new(big.Rat).Sub(rat(r.n), b.tokens); need.Sign() > 0 {
			if b.rate.Sign() == 0 {
				break
			}
			due.Add(due, need.Quo(need, b.rate))
		}
		if due.Cmp(t) > 0 {
			break
		}
		b.fill(due)
		b.tokens.Sub(b.tokens, rat(r.n))
		r.due = due
		b.queue = b.queue[1:]
	}
	b.fill(t)
	if len(b.queue) == 0 && b.tokens.Cmp(b.burst) > 0 {
		b.tokens.Set(b.burst)
	}
}

// fill makes the tokens until the instant t.
func (b *bucket) fill(t *big.Rat) {
	d := new(big.Rat).Sub(t, b.settledAt)
	b.tokens.Add(b.tokens, d.Mul(d, b.rate))
	b.settledAt.Set(t)
}

// tryTake takes n tokens if the bucket has them and the queue is empty.
func (b *bucket) tryTake(n int64) bool {
	if len(b.queue) != 0 || b.tokens.Cmp(rat(n)) < 0 {
		return false
	}
	b.tokens.Sub(b.tokens, rat(n))
	return true
}

// roundUp returns the first whole millisecond at or after due: the clock of the Limiter sees
// the instant then.
func roundUp(due *big.Rat) int64 {
	q, m := new(big.Int).DivMod(due.Num(), due.Denom(), new(big.Int))
	if m.Sign() != 0 {
		q.Add(q, big.NewInt(1))
	}
	return q.Int64()
}

// randomRate returns a rate, and its tokens per millisecond.
func randomRate(rng *rand.Rand) (timer.Rate, *big.Rat) {
	switch rng.IntN(8) {
	case 0:
		return timer.Rate{}, rat(0)
	case 1, 2, 3:
		d := 1 + rng.Int64N(int64(7*ms))
		return timer.Every(time.Duration(d)), big.NewRat(int64(ms), d)
	}
	n := 1 + rng.Int64N(5000)
	return timer.PerSecond(int(n)), big.NewRat(n, 1000)
}

func TestLimiterAgainstTheModel(t *testing.T) {
	for seed := range uint64(150) {
		rng := rand.New(rand.NewPCG(seed, 12))
		err := sim.Run(seed, func(task *edo.Task) error {
			begin := timer.Now(task)
			now := func(s edo.Spawner) int64 { return int64(timer.Now(s).Sub(begin) / ms) }
			burst := 1 + rng.Int64N(20)
			r, perMs := randomRate(rng)
			l := timer.NewLimiter(r, int(burst))
			model := &bucket{rate: perMs, burst: rat(burst), tokens: rat(burst), settledAt: rat(0)}
			var all []*request
			for range 80 {
				if d := rng.Int64N(6) * rng.Int64N(2); d > 0 {
					timer.Sleep(task, time.Duration(d)*ms)
				}
				for range 4 { // the waiters that are due now run first
					edo.Yield(task)
				}
				model.advance(rat(now(task)))
				switch op := rng.IntN(10); {
				case op < 6:
					q := &request{n: rng.Int64N(burst + 1), takenAt: -1}
					all = append(all, q)
					if q.n == 0 || model.tryTake(q.n) {
						q.due = rat(now(task))
					} else {
						model.queue = append(model.queue, q)
					}
					wait := func(task *edo.Task) error {
						if err := l.WaitN(task, int(q.n)); err != nil {
							return err
						}
						q.takenAt = now(task)
						return nil
					}
					if rng.IntN(2) == 0 {
						wait = func(task *edo.Task) error {
							f := l.WaitFuture(int(q.n))
							defer f.Drop()
							if _, err := edo.Await(task, f); err != nil {
								return err
							}
							q.takenAt = now(task)
							return nil
						}
					}
					q.handle = edo.Go(task, wait)
					edo.Yield(task)
				case op < 7:
					n := rng.Int64N(burst + 1)
					want := n == 0 || model.tryTake(n)
					if err := l.TryTake(task, int(n)); (err == nil) != want || err != nil && !errors.Is(err, edo.ErrEmpty) {
						t.Fatalf("seed %d: TryTake(%d): %v, want %v", seed, n, err, want)
					}
				case op < 9:
					if len(model.queue) == 0 {
						continue
					}
					k := rng.IntN(len(model.queue))
					q := model.queue[k]
					q.aborted = true
					model.queue = slices.Delete(model.queue, k, k+1)
					q.handle.Abort()
					q.handle.Await(task)
					model.advance(rat(now(task)))
				default:
					r, model.rate = randomRate(rng)
					l.SetRate(r)
				}
			}
			r, model.rate = timer.PerSecond(1000), rat(1)
			l.SetRate(r)
			for _, q := range all {
				q.handle.Await(task)
			}
			model.advance(rat(now(task)))
			for i, q := range all {
				switch {
				case q.aborted && q.takenAt != -1:
					t.Fatalf("seed %d: request %d was aborted, and has its tokens", seed, i)
				case !q.aborted && (q.due == nil || roundUp(q.due) != q.takenAt):
					t.Fatalf("seed %d: request %d for %d got them at %d, want %v", seed, i, q.n, q.takenAt, q.due)
				}
			}
			return nil
		}, sim.WithConfig(sim.Config{Quiet: true}))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}
