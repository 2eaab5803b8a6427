// This must not compile: a context.Context is no Spawner.
package main

import (
	"context"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
)

func main() {
	edo.Spawn(context.Background(), future.Ready(1))
}
