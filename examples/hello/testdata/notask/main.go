// This must not compile: main is no task, and has nothing to spawn from.
package main

import "github.com/edo-go/edo"

func main() {
	edo.Go(func(*edo.Task) error { return nil })
}
