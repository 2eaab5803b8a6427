package testbed

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Parallel builds the lowered command in the folder name, and runs all its programs at the same time,
// on several workers. It returns those that do something else than in the simulator, and an error that
// has what the race detector says. compared is how many runs were compared.
func (b *Bed) Parallel(ctx context.Context, name string, runs int) (found []Difference, compared int, err error) {
	program, err := b.Compile(ctx, Lowered, name)
	if err != nil {
		return nil, 0, err
	}
	alone, err := b.runAll(ctx, program, runs)
	if err != nil {
		return nil, 0, err
	}
	o, err := Run(ctx, 10*time.Minute, program, "parallel", fmt.Sprint(runs))
	if err != nil {
		return nil, 0, err
	}
	if o.Status != "exit status 0" {
		return nil, 0, fmt.Errorf("on several workers: %s\n%s", o.Status, o.Stderr[:min(len(o.Stderr), 20_000)])
	}
	for line := range strings.Lines(o.Stdout) {
		var n int
		var key runKey
		var s sums
		if _, err := fmt.Sscan(line, &n, &key.program, &key.number, &s.reports, &s.schedule); err != nil {
			return nil, 0, fmt.Errorf("%s printed %q", program, line)
		}
		compared++
		if alone[key].reports != s.reports {
			found = append(found, Difference{key.program, key.number, [2]Build{Lowered, "parallel"}, [2]string{alone[key].reports, s.reports}})
		}
	}
	slices.SortFunc(found, func(x, y Difference) int { return cmp.Compare(x.String(), y.String()) })
	return found, compared, nil
}
