//go:build !plain

package waits

import "github.com/edo-go/edo"

// Go spawns fn.
func Go(s edo.Spawner, fn func(task *edo.Task) error, opts ...edo.SpawnOption) *edo.JoinHandle[edo.Unit] {
	return edo.Go(s, func(task *edo.Task) error { return fn(task) }, opts...)
}

// GoValue spawns fn.
func GoValue(s edo.Spawner, fn func(task *edo.Task) (int, error), opts ...edo.SpawnOption) *edo.JoinHandle[int] {
	return edo.GoValue(s, func(task *edo.Task) (int, error) { return fn(task) }, opts...)
}

// Spawn spawns f.
func Spawn(s edo.Spawner, f edo.Future[int]) *edo.JoinHandle[int] { return edo.Spawn(s, f) }
