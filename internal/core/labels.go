package core

import (
	"context"
	"reflect"
	"runtime/pprof"
	"sync"

	"github.com/edo-go/edo/internal/carried"
)

// LabelKey is the key of the profiler's label that has the name of the task, with
// edo.Config.Labels.
const LabelKey = "edo.task"

// labelSets has the labels of the tasks of a runtime that have no others: most tasks of a name
// share one set. Each other task makes its own.
type labelSets struct {
	mu     sync.Mutex // guards the following
	byName map[string]carried.Labels
	own    map[carried.Labels]struct{} // those of byName
}

// maxLabelSets bounds how many are kept: names may have numbers in them.
const maxLabelSets = 1024

// with returns the labels l, and that of a task which is called name.
func (s *labelSets) with(l carried.Labels, name string) carried.Labels {
	s.mu.Lock()
	_, isOwn := s.own[l]
	isPlain := l == nil || isOwn
	if isPlain {
		if known := s.byName[name]; known != nil {
			s.mu.Unlock()
			return known
		}
	}
	s.mu.Unlock()
	ctx := context.Background()
	if !isPlain {
		ctx = labelled(l)
	}
	made := labelsOf(withTaskLabel(ctx, name))
	if isPlain {
		s.mu.Lock()
		if len(s.byName) < maxLabelSets {
			if s.byName == nil {
				s.byName, s.own = map[string]carried.Labels{}, map[carried.Labels]struct{}{}
			}
			s.byName[name] = made
			s.own[made] = struct{}{}
		}
		s.mu.Unlock()
	}
	return made
}

// withTaskLabel returns ctx with the label of a task that is called name.
func withTaskLabel(ctx context.Context, name string) context.Context {
	return pprof.WithLabels(ctx, pprof.Labels(LabelKey, name))
}

// labelsOf returns the labels that ctx has, as the runtime keeps them.
func labelsOf(ctx context.Context) carried.Labels {
	before := carried.LabelsHere()
	pprof.SetGoroutineLabels(ctx)
	l := carried.LabelsHere()
	carried.SetLabels(before)
	return l
}

// labelled returns a context that has the labels l, or none of them when they cannot be read: package
// pprof returns the labels of a goroutine to no other.
func labelled(l carried.Labels) context.Context {
	ctx := context.Background()
	if key, typ := keyOfLabels(); l != nil && typ != nil {
		return context.WithValue(ctx, key, reflect.NewAt(typ, l).Interface())
	}
	return ctx
}

// keyOfLabels returns the key by which package pprof keeps labels in a context, and what type they have:
// nil, unless a goroutine has the same pointer as the context that they come from.
var keyOfLabels = sync.OnceValues(func() (key any, typ reflect.Type) {
	k := keyOf{Context: context.Background()}
	withTaskLabel(&k, "?") // asks for the labels that the context has
	if k.key == nil {
		return nil, nil
	}
	ctx := withTaskLabel(context.Background(), "?")
	v := reflect.ValueOf(ctx.Value(k.key))
	if v.Kind() != reflect.Pointer || v.UnsafePointer() != labelsOf(ctx) {
		return nil, nil
	}
	return k.key, v.Type().Elem()
})
