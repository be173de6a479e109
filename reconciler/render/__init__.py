"""Plan, Report, Problems, state → text, markdown, JSON: three views behind one interface (`view.View`)."""
