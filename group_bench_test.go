package edo_test

import (
	"testing"

	"github.com/edo-go/edo"
)

func BenchmarkScopeEmpty(b *testing.B) {
	on(b, func(task *edo.Task) {
		for range b.N {
			edo.WithScope(task, func(*edo.Scope) error { return nil })
		}
	})
}

func BenchmarkSpawnFutureInAScope(b *testing.B) {
	on(b, func(task *edo.Task) {
		edo.WithScope(task, func(s *edo.Scope) error {
			for range b.N {
				edo.Spawn(s, done{})
			}
			return nil
		})
	})
}

func BenchmarkYieldDirectInAScope(b *testing.B) {
	on(b, func(task *edo.Task) {
		edo.WithScope(task, func(*edo.Scope) error {
			for range b.N {
				edo.Yield(task)
			}
			return nil
		})
	})
}

func BenchmarkJoinSet(b *testing.B) {
	on(b, func(task *edo.Task) {
		var set edo.JoinSet[edo.Unit]
		for n := 0; n < b.N; n += 100 {
			for range 100 {
				set.Spawn(task, done{})
			}
			for {
				if _, ok, _ := set.Join(task); !ok {
					break
				}
			}
		}
	})
}

func BenchmarkShielded(b *testing.B) {
	on(b, func(task *edo.Task) {
		for range b.N {
			edo.Shielded(task, func(*edo.Task) error { return nil })
		}
	})
}

func BenchmarkLocal(b *testing.B) {
	key := edo.NewLocal[int]("key")
	for name, get := range map[string]func(task *edo.Task) (int, bool){
		"Get":     func(task *edo.Task) (int, bool) { return key.Get(task) },
		"Current": func(*edo.Task) (int, bool) { return key.Current() },
	} {
		b.Run(name, func(b *testing.B) {
			on(b, func(task *edo.Task) {
				edo.Go(task, func(task *edo.Task) error {
					for range b.N {
						if v, ok := get(task); v != 1 || !ok {
							b.Fatal("no value")
						}
					}
					return nil
				}, key.Value(1)).Await(task)
			})
		})
	}
}

func BenchmarkCancelChild(b *testing.B) {
	b.ReportAllocs()
	root := edo.NewCancel()
	for range b.N {
		root.Child().Drop()
	}
}
