"""The curve that somebody expects: through which points it leads, and where one can click."""

from catdog.charts.expected_curve import draw_through, plot_expected_curve


def test_the_curve_leads_straight_from_point_to_point_and_is_flat_outside():
    assert draw_through([(4, 0.8), (2, 0.6)], 5) == [(1, 0.6), (2, 0.6), (3, 0.7), (4, 0.8), (5, 0.8)]


def test_every_epoch_can_be_clicked_at_every_fifth_percent_and_is_not_seen():
    places = plot_expected_curve([(1, 0.5)], 3, low=0.4).data[-1]
    assert sorted(set(places.x)) == [1, 2, 3]
    assert sorted(set(places.y))[:2] == [0.4, 0.45]
    assert max(places.y) == 1.0
    assert places.marker.opacity == places.selected.marker.opacity == places.unselected.marker.opacity == 0


def test_the_real_curve_lies_beside_the_expected_one_and_nothing_can_be_clicked():
    chart = plot_expected_curve([(1, 0.5), (3, 0.9)], 3, real=[0.5, 0.6, 0.7], to_click=False)
    assert [trace.name for trace in chart.data] == ["expected", "your run"]
    assert chart.data[0].y == (0.5, 0.7, 0.9)
    assert chart.data[1].y == (0.5, 0.6, 0.7)
