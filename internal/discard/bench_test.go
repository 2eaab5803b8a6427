package discard

import (
	"reflect"
	"testing"
)

func BenchmarkValueOfAStruct(b *testing.B) {
	r := request{1, &handle{}, nil}
	for b.Loop() {
		Value(r)
	}
}

func BenchmarkValueOfAHandleInAnInterface(b *testing.B) {
	v := struct{ a, b any }{&handle{}, &lent{}}
	for b.Loop() {
		Value(v)
	}
}

func BenchmarkPlanOfAHandle(b *testing.B) {
	t := reflect.TypeFor[handle]()
	for b.Loop() {
		plans.Delete(t)
		planOf(t)
	}
}

func BenchmarkPlanOfAStruct(b *testing.B) {
	t := reflect.TypeFor[nested]()
	for b.Loop() {
		plans.Delete(t)
		planOf(t)
	}
}
