package wire

import (
	"math/rand/v2"
	"time"
)

// Weather are networks that are bad in some way.
var Weather = []struct {
	Name string
	Of   func(r *rand.Rand) func(n int) Fate
}{
	{"delay", func(r *rand.Rand) func(int) Fate {
		return func(int) Fate { return Fate{Delay: 2 * time.Millisecond} }
	}},
	{"loss", func(r *rand.Rand) func(int) Fate {
		return func(int) Fate { return Fate{Lost: r.IntN(50) == 0} }
	}},
	{"reordering", func(r *rand.Rand) func(int) Fate {
		return func(int) Fate { return Fate{Overtaken: r.IntN(5) == 0} }
	}},
	{"all", func(r *rand.Rand) func(int) Fate {
		return func(int) Fate {
			return Fate{Lost: r.IntN(100) == 0, Overtaken: r.IntN(10) == 0, Delay: time.Duration(r.IntN(2000)) * time.Microsecond}
		}
	}},
}
