package channel

// severityColor is the colour of a severity's bar, that of the pages' light
// theme; a message without one gets a neutral line.
func severityColor(severity string) string {
	switch severity {
	case "SEV1":
		return "#CE0E1A"
	case "SEV2":
		return "#B84800"
	case "SEV3":
		return "#EDB417"
	case "SEV4":
		return "#647080"
	}
	return "#C6CBD1"
}

// severityMark stands for the bar where a service has no colours.
func severityMark(severity string) string {
	switch severity {
	case "SEV1":
		return "🔴"
	case "SEV2":
		return "🟠"
	case "SEV3":
		return "🟡"
	case "SEV4":
		return "⚪"
	}
	return ""
}
