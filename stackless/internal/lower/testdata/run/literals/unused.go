package main

import (
	"fmt"
	"math"
	"slices"
	str "strings"

	"github.com/edo-go/edo"
)

// The only use of each variable is where it is spawned, in a statement that does not wait itself.
func unused(task *edo.Task) {
	var handles []*edo.JoinHandle[int]
	for i := range 3 {
		base := i * 10
		get := func(task *edo.Task) (int, error) { err := edo.Yield(task); return base + 1, err }
		handles = append(handles, edo.GoValue(task, get))
	}
	if get := func(task *edo.Task) (int, error) { return 5, edo.Yield(task) }; len(handles) > 0 {
		handles = append(handles, edo.GoValue(task, get))
	}
	switch get := func(task *edo.Task) (int, error) { return 6, edo.Yield(task) }; len(handles) {
	case 4:
		handles = append(handles, edo.Spawn(task, edo.Async(get)))
	}
	{
		n := len(handles)
		var get = func(task *edo.Task) (int, error) { return n, edo.Yield(task) }
		handles = append(handles, edo.GoValue(task, (get)))
	}
	handles = append(handles, imports(task)...)
	for _, h := range handles {
		fmt.Println(h.Await(task))
	}
}

// imports has the only uses of imported packages in a literal, which a frame stands for: in a loop over a
// known iterator, in a constant, in a type.
func imports(s edo.Spawner) []*edo.JoinHandle[int] {
	return []*edo.JoinHandle[int]{edo.GoValue(s, func(task *edo.Task) (n int, err error) {
		const size = math.MaxInt8
		for v := range slices.Values([]int{1, 2, size}) {
			n += v
			edo.Yield(task)
		}
		var b str.Builder
		if size > 200 {
			n += b.Len()
		}
		return n, edo.Yield(task)
	})}
}
