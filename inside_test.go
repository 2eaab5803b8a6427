package edo

import (
	"reflect"
	"testing"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/sched"
)

// Package inside relies on it, and so does Task.Runtime.
func TestAPublicTypeHasTheLayoutOfItsInside(t *testing.T) {
	for public, inside := range map[reflect.Type]reflect.Type{
		reflect.TypeFor[Task]():        reflect.TypeFor[core.Task](),
		reflect.TypeFor[Runtime]():     reflect.TypeFor[core.Runtime](),
		reflect.TypeFor[SpawnOption](): reflect.TypeFor[core.SpawnOption](),
		reflect.TypeFor[Waker]():       reflect.TypeFor[*sched.Task](),
	} {
		if public.NumField() != 1 || public.Field(0).Type != inside || public.Size() != inside.Size() {
			t.Errorf("%v has another field than a %v", public, inside)
		}
	}
}
