package joinset_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/joinset"
)

func BenchmarkJoinSet(b *testing.B) {
	tasktest.RunBench(b, func(task *edo.Task) {
		var set joinset.Set[edo.Unit]
		for n := 0; n < b.N; n += 100 {
			for range 100 {
				set.Spawn(task, tasktest.ReadyUnit{})
			}
			for {
				if _, ok, _ := set.Join(task); !ok {
					break
				}
			}
		}
	})
}
