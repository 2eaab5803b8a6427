package gocmd

import (
	"fmt"
	"io"
)

// failed reports that the go command could not be run.
func failed(err error, errs io.Writer) int {
	fmt.Fprintf(errs, "edo: %v\n", err)
	return 1
}
