package consensus

import (
	"cmp"
	"slices"
)

// memberships are the memberships that the log has: that of the snapshot or of the beginning, and
// those of the entries after it. The last one holds, committed or not (paper, 6; thesis, 4.1).
// When its entry is removed from the log, the one before holds again.
type memberships []membershipAt

type membershipAt struct {
	index   Index
	members []Member // by ID; read only
}

// current returns the membership that holds.
func (m memberships) current() []Member { return m[len(m)-1].members }

// at returns the membership as of the entry at i.
func (m memberships) at(i Index) []Member {
	for k := len(m) - 1; k > 0; k-- {
		if m[k].index <= i {
			return m[k].members
		}
	}
	return m[0].members
}

// truncate forgets those of entries from i on.
func (m memberships) truncate(i Index) memberships {
	for len(m) > 1 && m[len(m)-1].index >= i {
		m = m[:len(m)-1]
	}
	return m
}

// compact forgets those that were replaced up to i.
func (m memberships) compact(i Index) memberships {
	for len(m) > 1 && m[1].index <= i {
		m = m[1:]
	}
	return m
}

// find returns the member with this ID.
func find(members []Member, id ID) (Member, bool) {
	i, isThere := slices.BinarySearchFunc(members, id, func(m Member, id ID) int { return cmp.Compare(m.ID, id) })
	if !isThere {
		return Member{}, false
	}
	return members[i], true
}

// isVoter reports whether the server counts.
func isVoter(members []Member, id ID) bool {
	m, _ := find(members, id)
	return m.IsVoter
}

// with returns the members with m, in the place of the one with its ID if there is one.
func with(members []Member, m Member) []Member {
	return sorted(append(without(members, m.ID), m))
}

// without returns the members but for the one with this ID.
func without(members []Member, id ID) []Member {
	return slices.DeleteFunc(slices.Clone(members), func(m Member) bool { return m.ID == id })
}

func sorted(members []Member) []Member {
	slices.SortFunc(members, func(a, b Member) int { return cmp.Compare(a.ID, b.ID) })
	return members
}

// hasMajority reports whether agrees is true for more than half of the voters.
func hasMajority(members []Member, agrees func(ID) bool) bool {
	voters, yes := 0, 0
	for _, m := range members {
		if m.IsVoter {
			voters++
			if agrees(m.ID) {
				yes++
			}
		}
	}
	return yes > voters/2
}
