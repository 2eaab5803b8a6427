package coro_test

import (
	"fmt"

	"github.com/edo-go/edo/internal/coro"
)

func Example() {
	pool := coro.NewPool(16)
	defer pool.Close()

	c := pool.Get()
	r := c.Start(func(c *coro.Coro) {
		fmt.Println("one")
		c.Yield()
		fmt.Println("two")
	})
	fmt.Println(r.State)
	r = c.Resume()
	fmt.Println(r.State)
	pool.Put(c)
	// Output:
	// one
	// Suspended
	// two
	// Ended
}
