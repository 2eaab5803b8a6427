package metrics_test

import (
	"strconv"
	"testing"

	"github.com/edo-go/edo/telemetry/metrics"
)

func TestASetIsReadBesideTheRuntimes(t *testing.T) {
	orders := metrics.NewMetric("shop.orders", "{order}", metrics.Counter, "Orders.", "country")
	carts := metrics.NewMetric("shop.carts", "{cart}", metrics.UpDownCounter, "Carts.")
	stranger := metrics.NewMetric("shop.strangers", "{stranger}", metrics.UpDownCounter, "Strangers.")
	read := func(sets ...metrics.Set) map[string]float64 {
		return values(metrics.New(metrics.Config{Sets: sets}).Read())
	}
	good := metrics.Set{Metrics: []*metrics.Metric{orders, carts}, Read: func(add func(*metrics.Metric, float64, ...string)) {
		add(orders, 7, "de")
		add(orders, 8, "\xff")
		add(carts, 3)
	}}
	if got := read(good); got["shop.orders de"] != 7 || got["shop.orders \uFFFD"] != 8 || got["shop.carts"] != 3 {
		t.Errorf("%v", got)
	}
	before := read()["edo.watch.errors"]
	for _, add := range []func(add func(*metrics.Metric, float64, ...string)){
		func(add func(*metrics.Metric, float64, ...string)) { add(orders, 1) },
		func(add func(*metrics.Metric, float64, ...string)) { add(stranger, 1) },
	} {
		if got := read(metrics.Set{Metrics: good.Metrics, Read: add}, good); got["shop.carts"] != 3 {
			t.Errorf("a set that is wrong takes another one along: %v", got)
		}
	}
	if n := read()["edo.watch.errors"] - before; n != 2 {
		t.Errorf("%v errors", n)
	}
	many := metrics.Set{Metrics: good.Metrics, Read: func(add func(*metrics.Metric, float64, ...string)) {
		for i := range metrics.MaxPoints + 10 {
			add(orders, 1, strconv.Itoa(i))
		}
	}}
	got := read(many)
	if _, last := got["shop.orders "+strconv.Itoa(metrics.MaxPoints-1)]; !last {
		t.Error("not as many as there may be")
	}
	if _, beyond := got["shop.orders "+strconv.Itoa(metrics.MaxPoints)]; beyond {
		t.Error("a set has no limit")
	}
}
