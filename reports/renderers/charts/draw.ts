import type { EChartsCoreOption } from 'echarts/core';
import { HEIGHT, WIDTH } from './theme.ts';

/** ECharts numbers what it draws across a whole process; a file's ids must not depend on what was drawn before. */
const stableIds = (svg: string, name: string): string => {
  const seen = new Map<string, string>();
  return svg.replace(/\bzr\d+-([a-z]+)-?(\d+)\b/g, (id, kind: string) => {
    if (!seen.has(id)) seen.set(id, `${name}-${kind}${seen.size}`);
    return seen.get(id)!;
  });
};

/** Loads only the parts of ECharts that the charts use, and only when one is drawn. */
const load = async () => {
  const [core, { LineChart }, parts, { SVGRenderer }] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ]);
  core.use([
    LineChart,
    parts.GridComponent,
    parts.LegendComponent,
    parts.MarkAreaComponent,
    parts.MarkLineComponent,
    parts.MarkPointComponent,
    parts.TitleComponent,
    SVGRenderer,
  ]);
  return core;
};

/** Draws one chart without a browser. The same option gives the same SVG text, byte for byte. */
export const toSvg = async (name: string, option: EChartsCoreOption): Promise<string> => {
  const { init } = await load();
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  try {
    chart.setOption(option);
    return `${stableIds(chart.renderToSVGString(), name)}\n`;
  } finally {
    chart.dispose();
  }
};
