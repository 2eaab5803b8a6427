package core

import (
	"errors"
	"fmt"
)

// MaxErrors is how many errors a runtime or a scope keeps. Of the others it keeps the number.
const MaxErrors = 32

// JoinErrors returns errs as one error, and at the end how many more there were: more, as
// format says it. One error alone is returned as it is.
func JoinErrors(errs []error, format string, more int) error {
	if more > 0 {
		errs = append(errs[:len(errs):len(errs)], fmt.Errorf(format, more))
	}
	switch len(errs) {
	case 0:
		return nil
	case 1:
		return errs[0]
	}
	return errors.Join(errs...)
}
