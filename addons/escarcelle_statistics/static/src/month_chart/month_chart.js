import { Component, onWillStart, onWillUnmount, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getColor } from "@web/core/colors/colors";

/** Takings day after day, this month against the last one; the same figures as a table for who does not see it. */
export class MonthChart extends Component {
    static template = "escarcelle_statistics.MonthChart";
    static props = { chart: Object };

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => this.draw(),
            () => [this.props.chart]
        );
        onWillUnmount(() => this.drawn?.destroy());
    }

    draw() {
        this.drawn?.destroy();
        const { days, lines } = this.props.chart;
        const scheme = cookie.get("color_scheme");
        this.drawn = new Chart(this.canvas.el, {
            type: "line",
            data: {
                labels: days,
                datasets: lines.map((line, index) => ({
                    label: line.label,
                    data: line.values,
                    borderColor: getColor(index, scheme, "sm"),
                    backgroundColor: getColor(index, scheme, "sm"),
                    borderDash: index ? [6, 4] : [],
                    pointRadius: 0,
                    pointHitRadius: 12,
                    tension: 0,
                })),
            },
            options: {
                animation: false,
                maintainAspectRatio: false,
                interaction: { mode: "index", intersect: false },
                scales: { y: { beginAtZero: true } },
                plugins: { legend: { position: "bottom" } },
            },
        });
    }
}
