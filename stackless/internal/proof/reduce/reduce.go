package reduce

import (
	"context"
	"go/types"
)

// Fails returns the index of the first of some programs that fails, or -1.
type Fails func(ctx context.Context, programs []string) (int, error)

// together is how many candidates are tried in one build.
const together = 40

// Reduce returns the smallest program that it finds from source and that fails. It ends
// when ctx does, with the best until then.
func Reduce(ctx context.Context, source string, imports types.Importer, fails Fails) (string, error) {
	for ctx.Err() == nil {
		candidates, err := Candidates(source, imports)
		if err != nil {
			return source, err
		}
		smaller := ""
		for len(candidates) > 0 && smaller == "" && ctx.Err() == nil {
			n := min(together, len(candidates))
			i, err := fails(ctx, candidates[:n])
			if err != nil {
				if ctx.Err() != nil {
					break
				}
				return source, err
			}
			if i >= 0 {
				smaller = candidates[i]
			}
			candidates = candidates[n:]
		}
		if smaller == "" {
			break
		}
		source = smaller
	}
	return source, nil
}
