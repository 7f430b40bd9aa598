package oncall

// Indonesia are the national holidays of Indonesia, without joint leave (cuti
// bersama), which the government sets, and changes, by decree.
//
// Those of 2026 are of the joint decree of three ministers of September 2025.
// Those of 2027 are reckoned here, before such a decree: days that follow the
// moon are marked and may move by a day. Whoever needs what was decreed since
// then adds a calendar of it.
func Indonesia() []Holiday {
	return []Holiday{
		{"2026-01-01", "Tahun Baru Masehi"},
		{"2026-01-16", "Isra Mikraj"},
		{"2026-02-17", "Tahun Baru Imlek 2577"},
		{"2026-03-19", "Hari Suci Nyepi"},
		{"2026-03-21", "Idul Fitri 1447 H"},
		{"2026-03-22", "Idul Fitri 1447 H"},
		{"2026-04-03", "Wafat Yesus Kristus"},
		{"2026-04-05", "Kebangkitan Yesus Kristus (Paskah)"},
		{"2026-05-01", "Hari Buruh Internasional"},
		{"2026-05-14", "Kenaikan Yesus Kristus"},
		{"2026-05-27", "Idul Adha 1447 H"},
		{"2026-05-31", "Hari Raya Waisak 2570"},
		{"2026-06-01", "Hari Lahir Pancasila"},
		{"2026-06-16", "Tahun Baru Islam 1448 H"},
		{"2026-08-17", "Hari Kemerdekaan"},
		{"2026-08-25", "Maulid Nabi Muhammad"},
		{"2026-12-25", "Hari Raya Natal"},
		{"2027-01-01", "Tahun Baru Masehi"},
		{"2027-01-05", "Isra Mikraj (perkiraan)"},
		{"2027-02-06", "Tahun Baru Imlek 2578"},
		{"2027-03-08", "Hari Suci Nyepi"},
		{"2027-03-10", "Idul Fitri 1448 H (perkiraan)"},
		{"2027-03-11", "Idul Fitri 1448 H (perkiraan)"},
		{"2027-03-26", "Wafat Yesus Kristus"},
		{"2027-03-28", "Kebangkitan Yesus Kristus (Paskah)"},
		{"2027-05-01", "Hari Buruh Internasional"},
		{"2027-05-06", "Kenaikan Yesus Kristus"},
		{"2027-05-17", "Idul Adha 1448 H (perkiraan)"},
		{"2027-05-20", "Hari Raya Waisak 2571"},
		{"2027-06-01", "Hari Lahir Pancasila"},
		{"2027-06-06", "Tahun Baru Islam 1449 H (perkiraan)"},
		{"2027-08-15", "Maulid Nabi Muhammad (perkiraan)"},
		{"2027-08-17", "Hari Kemerdekaan"},
		{"2027-12-25", "Hari Raya Natal"},
	}
}
