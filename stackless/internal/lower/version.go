package lower

import "go/version"

// compareVersions compares two versions of the language, "go1.22" and the like.
func compareVersions(a, b string) int { return version.Compare(version.Lang(a), version.Lang(b)) }
