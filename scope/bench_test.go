package scope_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/scope"
)

func BenchmarkScopeEmpty(b *testing.B) {
	tasktest.RunBench(b, func(task *edo.Task) {
		for range b.N {
			scope.Run(task, func(*scope.Scope) error { return nil })
		}
	})
}

func BenchmarkSpawnFutureInAScope(b *testing.B) {
	tasktest.RunBench(b, func(task *edo.Task) {
		scope.Run(task, func(s *scope.Scope) error {
			for range b.N {
				edo.Spawn(s, tasktest.ReadyUnit{})
			}
			return nil
		})
	})
}

func BenchmarkYieldDirectInAScope(b *testing.B) {
	tasktest.RunBench(b, func(task *edo.Task) {
		scope.Run(task, func(*scope.Scope) error {
			for range b.N {
				edo.Yield(task)
			}
			return nil
		})
	})
}
